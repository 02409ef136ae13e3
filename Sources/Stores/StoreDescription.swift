/// How a store is named to people: `sqlite`, `.vaultctl/vault.db`.
package struct StoreDescription: Hashable, Sendable, CustomStringConvertible {
  package let type: String
  package let location: String

  package init(type: String, location: String) {
    self.type = type
    self.location = location
  }

  package var description: String { "\(type):\(location)" }
}
