/// A store's display name: `sqlite`, `.vaultctl/vault.db`.
package struct StoreDescription: Hashable, Sendable, CustomStringConvertible {
  package let type: String
  package let location: String

  package init(type: String, location: String) {
    self.type = type
    self.location = location
  }

  package var description: String { "\(type):\(location)" }
}
