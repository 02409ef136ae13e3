import Diagnostics

/// How a table shows a column where the terminal is too narrow for its widest cell.
enum TableColumn: Hashable {
  /// It ends with `…`.
  case cut
  /// It continues on the next line: sentences.
  case wrapped
  /// It stays: what people copy, and what says nothing in part.
  case whole
  /// It is left out, the last one first.
  case optional
}

/// Rows with equal numbers of cells, as lines with aligned columns.
///
/// - Parameters:
///   - palette: of a terminal that the lines should fit.
///   - columns: all are cut if none are given.
///   - indent: columns that the caller puts before each row.
/// - Returns: one text per row, of several lines if a cell is wrapped.
func aligned(
  _ rows: [[TerminalText]], _ palette: Palette, columns: [TableColumn]? = nil, indent: Int = 0
) -> [TerminalText] {
  let layout = TableLayout(rows, columns, width: palette.width.map { $0 - indent })
  let margin = TerminalText(repeating: " ", count: indent)
  return rows.map { row in
    let cells = layout.columns.map { column in
      column.kind == .wrapped
        ? row[column.index].wrapped(to: column.width).lines : [row[column.index]]
    }
    return (0..<(cells.map(\.count).max() ?? 0)).map { number in
      zip(cells, layout.columns).map { lines, column in
        (lines.indices.contains(number) ? lines[number] : "")
          .cut(to: column.width).padded(to: column.width)
      }.joined(separator: "  ").withoutTrailingSpaces
    }.joined(separator: "\n" + margin)
  }
}

/// The columns of a table that a terminal has room for.
private struct TableLayout {
  struct Column {
    let index: Int
    let kind: TableColumn
    /// Of its widest word, where it is wrapped.
    let least: Int
    var width: Int
  }

  private(set) var columns: [Column]

  /// - Parameter width: of the terminal; `nil` is enough for all.
  init(_ rows: [[TerminalText]], _ kinds: [TableColumn]?, width: Int?) {
    columns = (rows.first ?? []).indices.map { index in
      let kind = kinds?[index] ?? .cut
      return Column(
        index: index, kind: kind,
        least: kind == .wrapped
          ? rows.map { $0[index].widestWord }.max() ?? 0 : Self.narrowestCell,
        width: rows.map { $0[index].width }.max() ?? 0)
    }
    guard let width else { return }
    let widths = columns.map(\.width)
    while true {
      for place in columns.indices { columns[place].width = widths[columns[place].index] }
      let optional = columns.lastIndex { $0.kind == .optional }
      narrow(.wrapped, to: width) { $0.least }
      narrow(.cut, to: width) { _ in optional == nil ? Self.narrowestCell : Self.readableCell }
      guard excess(over: width) > 0, let optional else { break }
      columns.remove(at: optional)
    }
    narrow(.wrapped, to: width) { _ in Self.narrowestCell }
  }

  /// The least columns of a cell; a terminal that is narrower wraps the lines.
  private static let narrowestCell = 6
  /// Of one that is cut while others could be left out.
  private static let readableCell = 16

  private func excess(over width: Int) -> Int {
    columns.map(\.width).reduce(2 * (columns.count - 1), +) - width
  }

  /// Takes from the widest columns of a kind, until all of them fit.
  private mutating func narrow(
    _ kind: TableColumn, to width: Int, downTo least: (Column) -> Int
  ) {
    while excess(over: width) > 0 {
      let wide = columns.indices.filter {
        columns[$0].kind == kind && columns[$0].width > least(columns[$0])
      }
      guard let widest = wide.max(by: { columns[$0].width < columns[$1].width }) else { return }
      columns[widest].width -= 1
    }
  }
}

extension TerminalText {
  fileprivate var widestWord: Int { filled(width: 1).map(\.width).max() ?? 0 }
}
