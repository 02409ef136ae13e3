import Model
import Stores

/// What this process last read or wrote beside a connection's tokens, so that a swap of the same version
/// need not read it again. It holds no token.
///
/// The compare-and-swap fails if there is a newer version, or none because the connection is gone.
struct SeenTokens {
  /// Of the connection.
  let id: StoreID
  let version: Int64
  /// The metadata of that version. What it says of the consumers' copy was so before the next swap: a process
  /// that writes a newer copy gives it another version.
  let copy: TokenCopy
  /// The connection, if it was read together with them.
  let connection: ConnectionEntry?

  /// Whether a write was planned from it.
  func isOfPremise(of write: TokenWrite) -> Bool { id == write.id && version == write.version }
}

extension StoredTokenData {
  /// - Returns: `nil` if the server did not return the metadata of that version with them.
  func seen(of id: StoreID, _ connection: ConnectionEntry) -> SeenTokens? {
    guard let copy = custom.map({ TokenCopy($0) }), copy.version == version else { return nil }
    return SeenTokens(id: id, version: version, copy: copy, connection: connection)
  }
}

extension TokenWrite.Tokens {
  var keepsCurrent: Bool { if case .keep = self { true } else { false } }
}
