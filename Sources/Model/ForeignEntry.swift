/// An entry of a store that cannot be one of our connections, or not certainly.
package struct ForeignEntry: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// No manifest can declare it.
    case invalidName
    /// It is where no connection of ours would be.
    case foreignPath
    /// Others have the name too.
    case sharedName
    /// The store's response about it has an unexpected format.
    case unreadable
  }

  package let id: StoreID
  /// As the store has it: any text.
  package let name: String
  package let reason: Reason
  /// The connection of ours that it is, or whose name it has; `nil` if it is nobody's.
  package let connection: ConnectionName?

  package init(id: StoreID, name: String, reason: Reason, connection: ConnectionName? = nil) {
    self.id = id
    self.name = name
    self.reason = reason
    self.connection = connection
  }
}
