import Encodings
import Model

/// What a ledger is moved to: its contents, encoded as far as they differ from where it is.
///
/// A run of many changes moves the ledger as often, so an unchanged file is not encoded again.
package struct LedgerDraft: Sendable {
  package private(set) var contents: LedgerContents
  package let digests: LedgerDigests
  /// The files that differ, by path.
  private var texts: [String: String]

  /// - Parameter old: where the ledger is; `nil` encodes everything.
  package init(_ contents: LedgerContents, since old: (any LedgerVersion)?) {
    let before = old?.contents ?? LedgerContents()
    let known = old?.digests ?? LedgerDigests()
    var digests = LedgerDigests()
    var texts: [String: String] = [:]
    func put(_ path: String, isSame: Bool, _ text: @autoclosure () -> String) {
      if isSame, known[path] != nil { return digests.keep(path, of: known) }
      let text = text()
      texts[path] = text
      digests.add(path, text.utf8)
    }
    put(LedgerFiles.state, isSame: contents.state == before.state, Self.json(contents.state))
    if let key = contents.key { put(LedgerFiles.key, isSame: key == before.key, key) }
    for (name, entry) in contents.entries {
      put(LedgerFiles.path(name), isSame: entry == before.entries[name], Self.json(entry))
    }
    self.contents = contents
    self.digests = digests
    self.texts = texts
    add(contents.proof)
  }

  /// The text of a file; `nil` if it is as it was.
  package func text(_ path: String) -> String? { texts[path] }

  /// All paths but that of the format's version.
  var paths: [String] { digests.paths + (contents.proof == nil ? [] : [LedgerFiles.proof]) }

  mutating func add(_ proof: LedgerProof?) {
    contents.proof = proof
    texts[LedgerFiles.proof] = proof.map(Self.json)
  }

  private static func json(_ value: some Encodable) -> String {
    canonicalText(value, isPretty: true) + "\n"
  }
}
