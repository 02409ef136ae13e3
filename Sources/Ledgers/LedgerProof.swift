/// What shows that a state of a ledger was written by a holder of its key and, where a project signs
/// its values, by one of the signers.
package struct LedgerProof: Hashable, Sendable, Codable {
  /// The id of the ledger's key.
  package let key: String
  /// HMAC-SHA-256 of the state under that key, in base64.
  package let code: String
  /// Each key that this one replaced, the last one first; see `StoreKey.link(to:)`.
  package let links: [String]
  /// An armored detached signature of the state; `nil` if none is required.
  package let signature: String?
}
