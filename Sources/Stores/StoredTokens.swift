package import Model
package import Secrets

package struct StoredTokenRecord: Hashable, Sendable {
  package let id: StoreID
  package let version: Int64
  package let record: TokenRecord

  package init(id: StoreID, version: Int64, record: TokenRecord) {
    self.id = id
    self.version = version
    self.record = record
  }
}

package struct StoredTokens: Sendable {
  /// The connection's.
  package let id: StoreID
  /// 0 if there is no record.
  package let version: Int64
  package let record: TokenRecord?
  package let access: SecretBytes?
  package let refresh: SecretBytes?

  package init(
    id: StoreID, version: Int64, record: TokenRecord?, access: SecretBytes? = nil,
    refresh: SecretBytes? = nil
  ) {
    self.id = id
    self.version = version
    self.record = record
    self.access = access
    self.refresh = refresh
  }
}
