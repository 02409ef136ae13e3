/// What a proof is about: one state of one ledger under one key.
struct LedgerStatement {
  /// The ledger's name, so that a state cannot pass for that of another ledger.
  let ledger: String
  let key: String
  let digest: String

  init(_ ledger: String, key: String, _ digests: LedgerDigests) {
    self.ledger = ledger
    self.key = key
    digest = digests.combined
  }

  var bytes: [UInt8] {
    Array("vaultctl ledger 1\nledger \(ledger)\nkey \(key)\nstate \(digest)\n".utf8)
  }
}
