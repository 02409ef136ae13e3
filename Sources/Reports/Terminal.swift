import Diagnostics

/// Colours of a terminal (ECMA-48), or none.
package struct Palette: Hashable, Sendable {
  package let isOn: Bool
  package init(isOn: Bool) { self.isOn = isOn }

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

func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// Rows with equal numbers of cells, as lines with aligned columns.
func aligned(_ rows: [[TerminalText]]) -> [TerminalText] {
  let widths = (rows.first ?? []).indices.map { column in
    rows.map { $0[column].width }.max() ?? 0
  }
  return rows.map { cells in
    zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: "  ").withoutTrailingSpaces
  }
}
