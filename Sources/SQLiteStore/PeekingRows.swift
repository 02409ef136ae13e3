import GRDB

/// Rows in the order of their first column, a connection's id, as another table's rows are read.
struct PeekingRows {
  private let cursor: RowCursor
  private var next: Row?

  init(_ cursor: RowCursor) throws {
    self.cursor = cursor
    next = try cursor.next()?.copy()
  }

  /// The rows of one connection. Those before it, which no connection has, are passed over.
  mutating func of(_ id: String) throws -> [Row] {
    var found: [Row] = []
    while let row = next {
      let owner: String = row[0]
      // As SQLite orders them: by bytes.
      if id.utf8.lexicographicallyPrecedes(owner.utf8) { break }
      if owner == id { found.append(row) }
      next = try cursor.next()?.copy()
    }
    return found
  }
}
