import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Stores

extension Session {
  /// How the store's own key differs from what the project declares, by the recipients of its message.
  ///
  /// - Returns: the change, or why that cannot be known here; nothing if they are the same.
  func storeKeyChange(isOffline: Bool) async throws -> (change: StoreKeyChange?, finding: Finding?)
  {
    guard let message = try await storeKeyMessage(isOffline: isOffline) else { return (nil, nil) }
    let recipients: [PublicKey]
    do {
      recipients = try await keyring.recipients(of: workspace.environment)
    } catch let failure as Failure {
      return (nil, .storeKeyUnchecked(failure.diagnostics, store.description))
    }
    let match = RecipientMatch(message, recipients)
    if match.isExact { return (nil, nil) }
    let strangers = match.strangers
    let known = (try? await keyring.openPGP.publicKeys(Set(strangers.map { KeyID($0) }))) ?? []
    let removed =
      strangers.map { id in
        known.first { $0.encryptionKeyIDs.contains(KeyID(id)) }?.summary ?? "key \(id)"
      }
      + match.outdated.map { "subkey \($0), which is expired or revoked" }
      + (match.hasExtraPackets ? ["a passphrase, or a key under the name of another"] : [])
    let added = recipients.filter { match.missing.contains($0.fingerprint) }.map(\.summary)
    return (
      StoreKeyChange(
        added: added, removed: Set(removed).sorted(), current: message.digest), nil
    )
  }

  /// Carries out what the plan says about the store's key, before anything is sealed under it.
  ///
  /// Responses of services that wait on this machine are sealed under the old one, so they are saved
  /// first.
  func updateStoreKey(_ change: StoreKeyChange, console: Console) async throws {
    guard let key = store.key, let message = try await storeKeyMessage(isOffline: false),
      message.digest == change.current
    else { throw Failure(.storeKeyMoved(store.description)) }
    if change.makesNewKey, store.tokens != nil {
      let tokenRenewer = try TokenRenewer(self, termination: nil)
      console.report(try await tokenRenewer.replayed(tokenRenewer.subjects(try await read())))
    }
    try await mappingStoreErrors { () async throws(StoreError) in
      try await key.update(makesNew: change.makesNewKey, by: provenance())
    }
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

extension PublicKey {
  fileprivate var summary: String { "\(userID) \(fingerprint)" }
}

extension Diagnostic {
  fileprivate static func storeKeyMoved(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .stalePlan, "the key of \(store) changed since the plan; nothing was applied",
      help: ["create a new plan: vaultctl plan"])
  }
}

extension Finding {
  fileprivate static func storeKeyUnchecked(
    _ faults: [Diagnostic], _ store: StoreDescription
  ) -> Finding {
    Finding(
      .undecided, nil,
      Diagnostic(
        .storeKeyUnchecked, "who can open \(store) was not compared with its recipients",
        severity: .info, notes: faults.map(\.message),
        help: ["import the recipients' public keys: gpg --import keys/*.asc"]))
  }
}
