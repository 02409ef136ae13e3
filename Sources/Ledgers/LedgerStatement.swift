/// What a proof is about: one state of one ledger under one key.
struct LedgerStatement {
  /// The ledger's name, so that a state cannot pass for that of another ledger.
  let ledger: String
  let key: String
  /// Without them, later keys would not follow from the ones before.
  let links: [String]
  let digest: String

  init(_ ledger: String, key: String, links: [String], _ digests: LedgerDigests) {
    self.ledger = ledger
    self.key = key
    self.links = links
    digest = digests.combined
  }

  var bytes: [UInt8] {
    let lines =
      ["vaultctl ledger 1", "ledger \(ledger)", "key \(key)"] + links.map { "link \($0)" }
      + ["state \(digest)"]
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }
}
