import Diagnostics
import Manifests
import Model
import OpenPGP

/// Checks that values are addressed to exactly the recipients that their rules name.
///
/// Key packets are claims, so a match is about addresses and not about who can open a value.
struct RecipientCheck {
  let workspace: Workspace
  let keyring: Keyring

  /// A value, and how its key packets compare with its rule.
  struct Value: Sendable {
    let manifest: Manifest
    let document: ManifestDocument
    let field: LocatedSealedField
    let match: RecipientMatch
    /// Ids of our keys whose packets do not open the message; another one does.
    var mislabelled: [KeyID] = []

    var needsSealing: Bool { !match.isExact || !mislabelled.isEmpty }
  }

  /// Every sealed value in these files, or in all.
  ///
  /// - Throws: if a recipient cannot be used.
  func values(in files: Set<String>? = nil) async throws -> [Value] {
    let manifests = workspace.manifests.filter { files?.contains($0.file) ?? true }
    let keys = try await keyring.recipients(for: Set(manifests.map(\.file)))
    let others = try await others(in: manifests, than: keys)
    var values = manifests.flatMap { manifest in
      manifest.documents.flatMap { document in
        document.slots.compactMap(document.sealedField).map { field in
          Value(
            manifest: manifest, document: document, field: field,
            match: RecipientMatch(field.message, keys[manifest.file] ?? [], others: others))
        }
      }
    }
    let labels = try await keyring.mislabelledKeyIDs(of: values.map(\.field.message))
    for (index, ids) in labels.enumerated() { values[index].mislabelled = ids }
    return values
  }

  /// Keys of the keyring that values are addressed to, and that are no recipients of theirs.
  private func others(
    in manifests: [Manifest], than recipients: [String: [PublicKey]]
  ) async throws -> [PublicKey] {
    let known = Set(recipients.values.joined().flatMap(\.encryptionKeyIDs))
    let messages = manifests.flatMap { $0.documents.flatMap { $0.slots.compactMap(\.sealed) } }
    let unknown = Set(messages.flatMap(\.keyIDs).map { KeyID($0) }).subtracting(known)
    return unknown.isEmpty ? [] : try await keyring.keys(ids: unknown, fingerprints: [])
  }

  /// What the keyring knows about the values' key packets. Faults that the packets show without it
  /// are the manifests' own diagnostics.
  func diagnostics(in files: Set<String>) async throws -> [Diagnostic] {
    try await values(in: files).flatMap { value in
      [value.differing, value.lying].compactMap(\.self)
    }
  }
}

extension RecipientCheck.Value {
  private var name: String { "`\(field.address.field)` of `\(field.address.connection)`" }

  fileprivate var differing: Diagnostic? {
    if match.notes.isEmpty { return nil }
    return Diagnostic(
      .recipientsDiffer, "\(name) is not addressed to its recipients", severity: .warning,
      at: field.location, notes: match.notes,
      help: ["seal it for the current recipients: vaultctl rekey"])
  }

  fileprivate var lying: Diagnostic? {
    .mislabelled(field, mislabelled, among: match.known)
  }

  /// What `rekey` says about a value that others may know.
  var formerRecipient: Diagnostic? {
    let claims =
      (match.strangers.isEmpty ? [] : [match.strangerNames.joined(separator: ", ")])
      + (field.message.hasPassphrase ? ["a passphrase"] : [])
      + (field.message.duplicateKeyIDs.isEmpty && mislabelled.isEmpty
        ? [] : ["a key under the name of another"])
    if claims.isEmpty { return nil }
    return Diagnostic(
      .formerRecipient, "\(name) should be rotated", severity: .warning, at: field.location,
      notes: [
        "it was previously addressed to \(claims.joined(separator: ", ")), who may know the value"
      ],
      help: [
        "create a new credential at the service, then: vaultctl set"
          + " \(shellWord(field.address.connection.rawValue)) \(shellWord(field.address.field.rawValue))"
      ])
  }
}

extension Diagnostic {
  /// A value that one of our keys opens, and that is addressed to others of them, which do not; `nil`
  /// for no ids.
  static func mislabelled(
    _ field: LocatedSealedField, _ ids: [KeyID], among keys: [PublicKey]
  ) -> Diagnostic? {
    if ids.isEmpty { return nil }
    let texts = ids.map { KeyPerson($0.rawValue, among: keys).description }.joined(separator: ", ")
    return Diagnostic(
      .mislabelled,
      "`\(field.address.field)` of `\(field.address.connection)` is addressed to your key, which does not open it",
      at: field.location,
      notes: ["its packet for \(texts) is damaged, or belongs to another key"],
      help: ["seal it again for its recipients alone: vaultctl rekey"])
  }
}
