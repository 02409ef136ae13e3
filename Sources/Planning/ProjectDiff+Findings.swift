import Diagnostics
package import Model

extension ProjectDiff {
  /// What a reviewer must not miss: messages that were moved from another field, and values whose
  /// former recipients may still know them.
  ///
  /// - Parameter keyOwners: the owners of keys, by key id.
  package func findings(keyOwners: [String: String]) -> [Finding] {
    connections.flatMap { Finding.ofSecrets($0, names: keyOwners) }
      .sorted(by: Finding.inReadingOrder)
  }
}

extension Finding {
  fileprivate static func ofSecrets(_ diff: ConnectionDiff, names: [String: String]) -> [Finding] {
    diff.details.compactMap { detail in
      guard case .secret(let field, let secret) = detail else { return nil }
      let name = diff.connection
      switch secret.value {
      case .moved(let home):
        return Finding(
          .movedSecret, name,
          Diagnostic(
            .bindingMismatch, "`\(field)` of `\(name)` was sealed for another place",
            at: diff.location,
            notes: ["the same message stood at `\(home.field)` of `\(home.connection)`"],
            help: [
              "seal it anew: vaultctl set \(shellWord(name.rawValue)) \(shellWord(field.rawValue))"
            ]))
      case .reencrypted where !secret.lost.isEmpty, .changed where !secret.lost.isEmpty:
        let isSure = secret.value == .reencrypted
        return Finding(
          .formerRecipient, name,
          Diagnostic(
            .formerRecipient,
            "`\(field)` of `\(name)` \(isSure ? "wants" : "may want") to be rotated",
            severity: .warning, at: diff.location,
            notes: [
              "it was sealed for \(secret.lost.map { names[$0] ?? $0 }.joined(separator: ", ")) before, who may know it"
            ],
            help: [
              "make a new one at the service, then: vaultctl set \(shellWord(name.rawValue))"
                + " \(shellWord(field.rawValue))"
            ]))
      case .set, .removed, .rotated, .reencrypted, .changed: return nil
      }
    }
  }
}
