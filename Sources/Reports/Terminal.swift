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

/// Rows with equal numbers of cells, as lines with aligned columns.
///
/// - Parameters:
///   - palette: if the lines would be wider than its terminal, the widest columns are cut.
///   - indent: columns that the caller puts before each line.
func aligned(
  _ rows: [[TerminalText]], _ palette: Palette, indent: Int = 0
) -> [TerminalText] {
  var widths = (rows.first ?? []).indices.map { column in
    rows.map { $0[column].width }.max() ?? 0
  }
  if let width = palette.width { narrow(&widths, to: width - indent - 2 * (widths.count - 1)) }
  return rows.map { cells in
    zip(cells, widths).map { $0.cut(to: $1).padded(to: $1) }.joined(separator: "  ")
      .withoutTrailingSpaces
  }
}

/// The least columns of a cell; a terminal that is narrower wraps the lines.
private let narrowestCell = 6

/// Takes columns from the widest, until all of them fit.
private func narrow(_ widths: inout [Int], to width: Int) {
  var excess = widths.reduce(0, +) - width
  while excess > 0, let widest = widths.max(), widest > narrowestCell {
    let next = widths.filter { $0 < widest }.max() ?? 0
    let equal = widths.indices.filter { widths[$0] == widest }
    let step = min(
      widest - max(next, narrowestCell), (excess + equal.count - 1) / equal.count)
    for index in equal { widths[index] -= max(step, 1) }
    excess -= max(step, 1) * equal.count
  }
}
