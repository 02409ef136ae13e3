import Manifests
import Testing

@Suite struct DotEnvFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let value: String?
    let faults: [Int]
    var testDescription: String { text }

    init(_ text: String, _ value: String?, faults: [Int] = []) {
      (self.text, self.value, self.faults) = (text, value, faults)
    }
  }

  /// What `A` is.
  @Test(arguments: [
    Case("A=x", "x"), Case("  export\tA = x  # y\n", "x"), Case("A=", ""), Case("A=\n", ""),
    Case("\u{FEFF}A=x\r\nB=y\r\n", "x"), Case("# c\r\n\r\nA='x'\r\n", "x"),
    Case("A=a#b", "a#b"), Case("A=#b", ""), Case("A=a\\nb", "a\\nb"),
    Case("A='a\\n\"$b'", "a\\n\"$b"), Case("A='a\r\nb\n'", "a\r\nb\n"),
    Case(#"A="\n\r\t\"\\\$\`\x""#, "\n\r\t\"\\$`\\x"), Case("A=\"a\nb\" # c", "a\nb"),
    // A letter with a mark is one character, and its quote is a quote all the same.
    Case("A=\"\u{301}x\"", "\u{301}x"), Case("A='x\u{301}'", "x\u{301}"),
    Case("A=x\nA=y", "y", faults: [2]), Case("A='x'y", nil, faults: [1]),
    Case("A='x\nA=y", "y", faults: [1]), Case("B\nA=y", "y", faults: [1]),
    Case("=x\nA=y", "y", faults: [1]), Case("A B=x", nil, faults: [1]),
    Case("A='1\n2'\nB\n", "1\n2", faults: [3]), Case("A*=x", nil, faults: [1]),
  ])
  func readsLinesAsTheirToolsDo(it: Case) {
    let file = DotEnvFile(it.text)
    #expect(file.data["A"]?.text == it.value)
    #expect(file.faults.map(\.line) == it.faults)
  }

  /// What stands for something that is not in the file is no value; a line after it is read.
  @Test(arguments: [
    #""${PREFIX}-abc""#, "${A}${B}", "$TOKENA", "x$_", "a$1", #""a\\$b""#, "$(cat x)",
    #""x $(id)""#,
    #"a\$b"#, "\"a\n${B}\"", "x # $\"$A", "`id`", "a`id`", #""x `id`""#, #""\\`id`""#, #"\`id"#,
  ])
  func aReferenceIsRefused(value: String) {
    let file = DotEnvFile("A=\(value)\nB=x\n")
    let isComment = value.contains(" # ")
    #expect(file.faults.map(\.line) == (isComment ? [] : [1]))
    #expect(file.data["A"]?.text == (isComment ? "x" : nil))
    #expect(file.data["B"]?.text == "x")
  }

  @Test(arguments: [
    ("'${A}$B$(c)'", "${A}$B$(c)"), (#""\${A}\$B\$(c)""#, "${A}$B$(c)"), ("a$", "a$"),
    (#""a$ $.""#, "a$ $."), ("$$", "$$"), (#""\\\$a""#, #"\$a"#), ("'`id`'", "`id`"),
    (#""\`id\`""#, "`id`"),
  ])
  func whatIsEscapedIsNoReference(value: String, expected: String) {
    let file = DotEnvFile("A=\(value)\n")
    #expect(file.faults == [] && file.data["A"]?.text == expected)
  }

  /// Quotes that are never closed are looked for once.
  @Test func takesLinearTime() {
    let lines = String(repeating: "A='\nB=\"\n", count: 100_000)
    let clock = ContinuousClock()
    let time = clock.measure { #expect(!DotEnvFile(lines).faults.isEmpty) }
    #expect(time < .seconds(60))
  }
}
