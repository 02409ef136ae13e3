import Diagnostics
package import Model

extension ProjectDiff {
  /// Findings that a reviewer must not miss: messages that were moved from another field, values
  /// whose removed recipients may still know them, and secrets that would be sent somewhere else.
  ///
  /// - Parameter keyOwners: the owners of keys, by key id.
  package func findings(keyOwners: [String: String]) -> [Finding] {
    (connections.flatMap { Finding.ofSecrets($0, names: keyOwners) }
      + redirects.map { .redirect($0) })
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
            .bindingMismatch, "`\(field)` of `\(name)` was sealed for a different field",
            at: diff.location,
            notes: ["the same message was the value of `\(home.field)` of `\(home.connection)`"],
            help: [
              "seal it again: vaultctl set \(shellWord(name.rawValue)) \(shellWord(field.rawValue))"
            ]))
      case .reencrypted where !secret.lost.isEmpty, .changed where !secret.lost.isEmpty:
        let isSure = secret.value == .reencrypted
        return Finding(
          .formerRecipient, name,
          Diagnostic(
            .formerRecipient,
            "`\(field)` of `\(name)` \(isSure ? "should" : "may need to") be rotated",
            severity: .warning, at: diff.location,
            notes: [
              "it was previously addressed to \(secret.lost.map { names[$0] ?? $0 }.joined(separator: ", ")), who may know the value"
            ],
            help: [
              "create a new credential at the service, then: vaultctl set \(shellWord(name.rawValue))"
                + " \(shellWord(field.rawValue))"
            ]))
      case .set, .removed, .rotated, .reencrypted, .changed: return nil
      }
    }
  }
}
