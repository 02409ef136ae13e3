import Diagnostics
import Manifests
import Model
import OpenPGP

/// Checks that values are sealed for exactly the recipients that their rules name.
struct RecipientCheck {
  let workspace: Workspace
  let keyring: Keyring

  /// A field that is sealed for other recipients, and the key ids that should not open it.
  struct Difference: Sendable {
    let manifest: Manifest
    let document: ManifestDocument
    let slot: FieldSlot
    let message: SealedMessage
    let former: [String]
  }

  func differences(in files: Set<String>? = nil) async throws -> [Difference] {
    let manifests = workspace.manifests.filter { files?.contains($0.file) ?? true }
    let keys = try await keyring.recipients(for: Set(manifests.map(\.file)))
    return manifests.flatMap { manifest -> [Difference] in
      let recipients = keys[manifest.file] ?? []
      return manifest.documents.flatMap { document in
        document.slots.compactMap { slot -> Difference? in
          guard let message = slot.sealed else { return nil }
          let former = Self.former(message.keyIDs, recipients)
          guard !former.isEmpty || !Self.reachesAll(message.keyIDs, recipients) else {
            return nil
          }
          return Difference(
            manifest: manifest, document: document, slot: slot, message: message, former: former)
        }
      }
    }
  }

  func differences() async throws -> [Diagnostic] {
    try await differences(in: nil).map { difference in
      Diagnostic(
        .recipientsDiffer,
        "`\(difference.slot.field)` of `\(difference.document.name)` is not sealed for its"
          + " recipients",
        severity: .warning, at: difference.document.origin.location(of: difference.slot.field),
        notes: difference.former.isEmpty
          ? ["a recipient cannot decrypt it"]
          : ["it is also sealed for: \(difference.former.joined(separator: ", "))"],
        help: ["seal it for the current recipients: vaultctl rekey"])
    }
  }

  static func former(_ ids: [String], _ recipients: [PublicKey]) -> [String] {
    let known = Set(recipients.flatMap(\.encryptionKeyIDs).map(\.rawValue))
    return ids.filter { !known.contains($0) }
  }

  static func reachesAll(_ ids: [String], _ recipients: [PublicKey]) -> Bool {
    recipients.allSatisfy { key in
      key.encryptionKeyIDs.contains { ids.contains($0.rawValue) }
    }
  }
}
