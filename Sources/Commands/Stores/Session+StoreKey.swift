import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Stores

extension Session {
  /// How the store's own key differs from what the project declares, by the recipients that its
  /// message names: in its note, or by its key packets if it was made before there were notes.
  ///
  /// - Returns: the change, or why that cannot be known here; nothing if they are the same.
  func storeKeyChange(isOffline: Bool) async throws -> (change: StoreKeyChange?, finding: Finding?)
  {
    guard let message = try await storeKeyMessage(isOffline: isOffline) else { return (nil, nil) }
    if let note = RecipientNote(in: message.armored), message.hasPackets(of: note) {
      return (try await change(of: message, note), nil)
    }
    guard keyring.exists else { return (nil, .storeKeyUnchecked([], store.description)) }
    do {
      let recipients = try await keyring.recipients(of: workspace.environment)
      return (await change(of: message, RecipientMatch(message, recipients), recipients), nil)
    } catch let failure as Failure {
      return (nil, .storeKeyUnchecked(failure.diagnostics, store.description))
    }
  }

  private func change(
    of message: SealedMessage, _ note: RecipientNote
  ) async throws -> StoreKeyChange? {
    let declared = Set(
      workspace.project.recipients(of: workspace.environment).map { text in
        Fingerprint(text.text)?.rawValue ?? text.text
      })
    let added = declared.subtracting(note.fingerprints).sorted()
    let removed = note.fingerprints.subtracting(declared).sorted()
    if added.isEmpty, removed.isEmpty { return nil }
    var names: [String: String] = [:]
    if keyring.exists {
      let keys = (try? await keyring.openPGP.recipients(added + removed)) ?? []
      for case .success(let key) in keys { names[key.fingerprint.rawValue] = key.summary }
    }
    return StoreKeyChange(
      added: added.map { names[$0] ?? $0 }, removed: removed.map { names[$0] ?? $0 },
      current: message.digest)
  }

  private func change(
    of message: SealedMessage, _ match: RecipientMatch, _ recipients: [PublicKey]
  ) async -> StoreKeyChange? {
    if match.isExact { return nil }
    let strangers = match.strangers
    let known = (try? await keyring.openPGP.publicKeys(Set(strangers.map { KeyID($0) }))) ?? []
    let removed =
      strangers.map { id in
        known.first { $0.encryptionKeyIDs.contains(KeyID(id)) }?.summary ?? "key \(id)"
      }
      + match.outdated.map { "subkey \($0), which is expired or revoked" }
      + (match.hasExtraPackets ? ["a passphrase, or a key under the name of another"] : [])
    let added = recipients.filter { match.missing.contains($0.fingerprint) }.map(\.summary)
    return StoreKeyChange(
      added: added, removed: Set(removed).sorted(), current: message.digest)
  }

  /// Responses of services that wait on this machine are sealed under the store's key, so they are saved
  /// before it is replaced.
  func prepareForStoreKey(_ change: StoreKeyChange, console: Console) async throws {
    guard change.makesNewKey, store.tokens != nil else { return }
    let tokenRenewer = try TokenRenewer(self, termination: nil)
    console.report(try await tokenRenewer.replayed(tokenRenewer.subjects(try await read())))
  }

  private func storeKeyMessage(isOffline: Bool) async throws -> SealedMessage? {
    try await mappingStoreErrors { () async throws(StoreError) in
      guard let text = try await store.sealedKey(isOffline: isOffline) else { return nil }
      guard let message = try? SealedMessage(armored: text) else {
        throw .corrupt("the store key is not an OpenPGP message")
      }
      return message
    }
  }
}

extension SealedMessage {
  /// Whether it has a key packet for each recipient of a note, and no other.
  fileprivate func hasPackets(of note: RecipientNote) -> Bool {
    keyIDs.count == note.fingerprints.count && duplicateKeyIDs.isEmpty && !hasPassphrase
  }
}

extension PublicKey {
  fileprivate var summary: String { "\(userID) \(fingerprint)" }
}

extension Finding {
  fileprivate static func storeKeyUnchecked(
    _ faults: [Diagnostic], _ store: StoreDescription
  ) -> Finding {
    Finding(
      .undecided, nil,
      Diagnostic(
        .storeKeyUnchecked, "who can open \(store) was not compared with its recipients",
        severity: .info,
        notes: faults.isEmpty ? ["there is no keyring"] : faults.map(\.message),
        help: ["import the recipients' public keys: gpg --import keys/*.asc"]))
  }
}
