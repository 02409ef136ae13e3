package import Model
package import Secrets
package import Stores
import Testing

/// Who writes in the tests of stores.
package let provenance = Provenance(
  who: "ann@laptop", at: Timestamp(milliseconds: 1_790_000_000_000), toolVersion: "0.1.0",
  commit: "0123456789abcdef")

package func name(_ text: String) throws -> ConnectionName { try #require(ConnectionName(text)) }

package func secret(_ text: String) -> SecretBytes { SecretBytes(copying: text.utf8) }

package func write(
  _ connection: String, _ action: StoreWrite.Action, app: AppID = "http",
  setup: SetupType? = "bearer", fields: [FieldName: FieldWrite] = [:],
  labels: [String: String] = [:], scopes: Set<Scope>? = nil,
  destinations: Set<Destination>? = nil, redirects: [ConnectionName] = [], owner: Owner? = nil
) throws -> StoreWrite {
  StoreWrite(
    name: try name(connection), action: action, app: app, setupType: setup, fields: fields,
    labels: labels, scopes: scopes, destinations: destinations,
    provenance: provenance.allowing(redirects: redirects), owner: owner)
}

extension AppliedRecord {
  package func sealed(_ field: FieldName) -> (digest: KeyedDigest?, version: StoreVersion?)? {
    guard case .sealed(_, let digest, let version) = fields[field] else { return nil }
    return (digest, version)
  }
}

extension Store {
  /// Compares with the records that the store has now.
  package func compareWithRecords(
    _ values: [(field: FieldAddress, value: SecretBytes)]
  ) async throws(StoreError) -> [SecretComparison?] {
    try await compare(values, with: reader.read().applied)
  }
}
