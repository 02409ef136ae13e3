package import Model
package import Secrets

package struct TokenWrite: Sendable {
  package enum Tokens: Sendable {
    /// The current ones stay.
    case keep
    case put(access: SecretBytes, refresh: SecretBytes?)
    case remove
  }

  package let name: ConnectionName
  package let id: StoreID
  /// The version that was read; 0 if there was none.
  package let version: Int64
  package let record: TokenRecord
  package let tokens: Tokens
  /// For the store's log; `nil` if the write is no event.
  package let event: TokenEvent?
  package let provenance: Provenance

  package init(
    name: ConnectionName, id: StoreID, version: Int64, record: TokenRecord,
    tokens: Tokens = .keep, event: TokenEvent? = nil, provenance: Provenance
  ) {
    self.name = name
    self.id = id
    self.version = version
    self.record = record
    self.tokens = tokens
    self.event = event
    self.provenance = provenance
  }
}
