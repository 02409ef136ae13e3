import Diagnostics

/// What text looks like on a terminal: its colours (ECMA-48), or none, and how wide it may be.
package struct Palette: Hashable, Sendable {
  package let isOn: Bool
  /// Columns of the terminal; `nil` if the text goes elsewhere, where nothing is cut.
  package let width: Int?

  package init(isOn: Bool, width: Int? = nil) {
    self.isOn = isOn
    self.width = width
  }

  func bold(_ text: TerminalText) -> TerminalText { styled(text, "1") }
  func red(_ text: TerminalText) -> TerminalText { styled(text, "31") }
  func green(_ text: TerminalText) -> TerminalText { styled(text, "32") }
  func yellow(_ text: TerminalText) -> TerminalText { styled(text, "33") }
  func blue(_ text: TerminalText) -> TerminalText { styled(text, "34") }
  /// Of the 256 colours: what flags an empty connection.
  func orange(_ text: TerminalText) -> TerminalText { styled(text, "38;5;208") }

  func coloured(_ mark: DetailLine.Mark) -> TerminalText {
    switch mark {
    case .added: green("+")
    case .changed: yellow("~")
    case .removed: red("-")
    }
  }

  private func styled(_ text: TerminalText, _ code: TerminalText) -> TerminalText {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
