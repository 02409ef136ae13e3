import Diagnostics
import Manifests
import OpenPGP

/// Recipients as the keyring has them.
struct ResolvedRecipients {
  /// The keys of those that can be used, by their texts.
  let keys: [String: PublicKey]
  /// What is wrong with the others, each fault once, in reading order.
  let faults: [Diagnostic]

  init(_ recipients: [LocatedText], _ results: [Result<PublicKey, Diagnostic>]) {
    var keys: [String: PublicKey] = [:]
    var faults: Set<Diagnostic> = []
    for (recipient, result) in zip(recipients, results) {
      switch result {
      case .success(let key): keys[recipient.text] = key
      case .failure(let fault): faults.insert(fault)
      }
    }
    self.keys = keys
    self.faults = faults.sorted(by: Diagnostic.inReadingOrder)
  }

  /// Whether every recipient of a rule can be used. A file without a rule has none.
  func hasAll(of rule: RecipientRule?) -> Bool {
    (rule?.keys ?? []).allSatisfy { keys[$0.text] != nil }
  }
}
