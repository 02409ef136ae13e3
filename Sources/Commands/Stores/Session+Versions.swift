import Diagnostics
import Model
import Stores

extension Session {
  /// - Throws: if the store has no such connection, or keeps no versions.
  func versions(of name: ConnectionName) async throws -> [StoredVersion] {
    let versions = try await mappingStoreErrors { () async throws(StoreError) in
      try await store.history?.versions(of: name) ?? []
    }
    if !versions.isEmpty { return versions }
    throw Failure(
      Diagnostic(
        .notInStore, "the store has no versions of `\(name)`",
        notes: ["it has no such connection, or keeps no versions"],
        help: ["list its connections: vaultctl status"]))
  }
}
