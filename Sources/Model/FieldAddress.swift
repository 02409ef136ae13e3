/// One field of one connection.
package struct FieldAddress: Hashable, Comparable, Sendable {
  package let connection: ConnectionName
  package let field: FieldName

  package init(_ connection: ConnectionName, _ field: FieldName) {
    self.connection = connection
    self.field = field
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.connection, left.field) < (right.connection, right.field)
  }
}
