import Diagnostics
import Testing

@Suite struct TerminalTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let outside: String
    let shown: String
    var testDescription: String { shown }

    init(_ outside: String, _ shown: String) {
      self.outside = outside
      self.shown = shown
    }
  }

  static let cases = [
    Case("plain", "plain"), Case("é 日本 🔑", "é 日本 🔑"), Case("e\u{301}", "e\u{301}"),
    Case("a\u{1B}]0;PWNED\u{7}", #"a\u{1b}]0;PWNED\u{7}"#), Case("\u{9B}31m", #"\u{9b}31m"#),
    Case("a\nb", #"a\nb"#), Case("a\r\nb", #"a\u{d}\nb"#), Case("a\tb", #"a\u{9}b"#),
    Case("\u{7F}\u{85}", #"\u{7f}\u{85}"#), Case("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
    Case("\u{202A}\u{202E}", #"\u{202a}\u{202e}"#), Case("\u{2066}\u{2069}", #"\u{2066}\u{2069}"#),
    Case("\u{200E}\u{200F}\u{61C}", #"\u{200e}\u{200f}\u{61c}"#),
    Case("a\u{200B}\u{200D}\u{FEFF}\u{AD}b", #"a\u{200b}\u{200d}\u{feff}\u{ad}b"#),
    Case("\u{115F}\u{3164}\u{34F}\u{FE0F}", #"\u{115f}\u{3164}\u{34f}\u{fe0f}"#),
    Case("\u{E0041}\u{E0100}", #"\u{e0041}\u{e0100}"#),
    Case("::error::x", #"\u{3a}:error::x"#), Case(" \u{A0}::error", " \u{A0}\\u{3a}:error"),
    Case("##[add-path]/x", #"\u{23}#[add-path]/x"#), Case("a ##vso[x]", #"a \u{23}#vso[x]"#),
    Case("a ##teamcity[x]", #"a \u{23}#teamcity[x]"#), Case("## [x]", "## [x]"),
    Case("a::b", "a::b"), Case("### [", "### ["), Case("###[x]", #"#\u{23}#[x]"#),
  ]

  @Test(arguments: cases) func escapesOutsideText(_ item: Case) {
    #expect(TerminalText(item.outside).rendered == item.shown)
    let interpolated: TerminalText = "\(item.outside)"
    #expect(interpolated.rendered == item.shown)
    let substring: TerminalText = "\(item.outside[...])"
    #expect(substring.rendered == item.shown)
  }

  @Test func literalsAndSafeTextPass() {
    let styled: TerminalText = "\u{1B}[1m\("a\u{1B}b")\u{1B}[0m\n"
    let text: TerminalText = "x \(styled)\(1) \(true)"
    #expect(text.rendered == "x \u{1B}[1ma\\u{1b}b\u{1B}[0m\n1 true")
    #expect(styled.width == "a\\u{1b}b".count + 1, "colours take no column")
    #expect(styled.padded(to: 12).rendered == styled.rendered + "   ")
  }

  /// A command is one wherever its characters came from.
  @Test func noLineBeginsWithACommandHoweverItWasPutTogether() {
    let parts: [TerminalText] = ["  ", "\(":")", "\(":error::x")"]
    #expect(parts.joined().rendered == #"  \u{3a}:error::x"#)
    let coloured: TerminalText = "\u{1B}[1m\("::error::x")\u{1B}[0m"
    #expect(coloured.rendered == "\u{1B}[1m\\u{3a}:error::x\u{1B}[0m")
    let second: TerminalText = "ours\n\("#")\("#[group]")"
    #expect(second.rendered == "ours\n\\u{23}#[group]")
    #expect((parts[0] + "\("::a::")").rendered == #"  \u{3a}:a::"#)
  }

  @Test func outsideTextOfSeveralLinesIsIndented() {
    let text = TerminalText(lines: "a\u{1B}\n::b\r\n", indent: "  ")
    #expect(text.rendered == "  a\\u{1b}\n  \\u{3a}:b\n  ")
  }
}
