import Diagnostics
import OpenPGP

extension Sequence where Element == Diagnostic {
  /// The same, with people instead of the key ids that key packets claim. Manifests are read without a
  /// keyring; it is asked only if there are such ids.
  func namingKeys(_ openPGP: PGPEngine) async -> [Diagnostic] {
    let ids = Set(flatMap(\.claimedKeyIDs))
    if ids.isEmpty { return Array(self) }
    let keys = (try? await openPGP.keys(ids: Set(ids.map { KeyID($0) }))) ?? []
    return map { $0.namingKeys { KeyPerson($0, among: keys).description } }
  }
}

extension Diagnostic {
  private static var keyID: Regex<Substring> { #/\b[0-9A-F]{16}\b/# }

  var claimedKeyIDs: [String] {
    code == .duplicateKeyID
      ? notes.flatMap { $0.matches(of: Self.keyID).map { String($0.output) } } : []
  }

  func namingKeys(_ person: (String) -> String) -> Diagnostic {
    if claimedKeyIDs.isEmpty { return self }
    return Diagnostic(
      code, message, severity: severity, at: location, label: label,
      notes: notes.map { $0.replacing(Self.keyID) { person(String($0.output)) } }, help: help)
  }
}
