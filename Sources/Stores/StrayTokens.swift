package import Model

/// Tokens in a store that belong to no connection there.
package struct StrayTokens: Hashable, Sendable {
  /// What a person calls them by: the name of the connection that had them, or its id.
  package let key: String
  /// The name that they are stored under; `nil` if they are stored under the id.
  package let name: ConnectionName?
  /// Of the connection that had them.
  package let id: StoreID
  package let version: Int64
  /// `nil` if it cannot be read.
  package let record: TokenRecord?

  package init(
    key: String, name: ConnectionName?, id: StoreID, version: Int64, record: TokenRecord?
  ) {
    self.key = key
    self.name = name
    self.id = id
    self.version = version
    self.record = record
  }
}
