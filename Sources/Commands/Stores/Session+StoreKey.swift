import Applying
import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Stores

extension Session {
  /// The store's own key as it is sealed; `nil` if there is none yet.
  ///
  /// - Parameter isOffline: it is read from the ledger.
  func storeKeyMessage(isOffline: Bool) async throws -> SealedMessage? {
    try await mappingStoreErrors { () async throws(StoreError) in
      guard let text = try await store.sealedKey(isOffline: isOffline) else { return nil }
      guard let message = try? SealedMessage(armored: text) else {
        throw .corrupt("the store key is not an OpenPGP message")
      }
      return message
    }
  }

  /// How the store's own key differs from what the project declares, by the recipients that its
  /// message names: in its note, or by its key packets if it was made before there were notes.
  ///
  /// - Returns: the change, or why that cannot be known here; nothing if they are the same.
  func storeKeyChange(
    of message: SealedMessage?
  ) async throws -> (change: StoreKeyChange?, finding: Finding?) {
    guard let message else { return (nil, nil) }
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

  /// Recipients that an apply could not seal the store's key for. It seals it for a change of its
  /// recipients, and when it makes one, for the first secret.
  ///
  /// - Parameters:
  ///   - message: the key as it is sealed, and `change` what an apply would change of it.
  ///   - isApplied: it would be sealed with this machine's keyring, where a recipient that is not in it
  ///     is an error.
  func recipientFindings(
    _ plan: Plan, _ message: SealedMessage?, _ change: StoreKeyChange?, isApplied: Bool
  ) async throws -> [Finding] {
    let isSealed = change != nil || (message == nil && plan.setsSecrets)
    guard store.key != nil, keyring.exists, isSealed else { return [] }
    do {
      _ = try await keyring.recipients(of: workspace.environment)
      return []
    } catch let failure as Failure {
      return failure.diagnostics.map { fault in
        let isElsewhere = fault.code == .recipientNotFound && !isApplied
        return Finding(.recipients, nil, isElsewhere ? fault.asInfo : fault)
      }
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
    let directory = await keyDirectory(ids: [], fingerprints: Set(added + removed))
    func name(_ fingerprint: String) -> String { directory.person(fingerprint).description }
    return StoreKeyChange(
      added: added.map(name), removed: removed.map(name),
      current: message.digest)
  }

  private func change(
    of message: SealedMessage, _ match: RecipientMatch, _ recipients: [PublicKey]
  ) async -> StoreKeyChange? {
    if match.isExact { return nil }
    let directory = await keyDirectory(
      ids: Set(match.strangers), fingerprints: Set(recipients.map(\.fingerprint.rawValue)))
    let removed =
      match.strangers.map { directory.person($0).description }
      + match.outdated.map { id in
        let owner = KeyPerson(id, among: recipients).key
        return "\(directory.person(owner)), by subkey \(id), which is expired or revoked"
      }
      + (match.hasExtraPackets ? ["a passphrase, or a key under the name of another"] : [])
    let added = recipients.filter { match.missing.contains($0.fingerprint) }.map {
      directory.person($0.fingerprint.rawValue).description
    }
    return StoreKeyChange(
      added: added, removed: Set(removed).sorted(), current: message.digest)
  }

  /// Responses of services that wait on this machine are sealed under the store's key, so they are saved
  /// before it is replaced.
  func prepareForStoreKey(_ change: StoreKeyChange, console: Console) async throws {
    if change.makesNewKey { try await saveWaitingResponses(console) }
  }

  /// Seals the store's own key for the project's recipients, if it is not: a new key, if one of them is gone.
  /// Nothing new is sealed under the present one then.
  ///
  /// - Returns: whether the store changed.
  func updateStoreKey(_ console: Console) async throws -> Bool {
    let (change, finding) = try await storeKeyChange(of: storeKeyMessage(isOffline: false))
    if let finding { console.report([finding.diagnostic]) }
    guard let change else { return false }
    try await prepareForStoreKey(change, console: console)
    try await mappingStoreErrors { () async throws(StoreError) in
      try await store.key?.update(makesNew: change.makesNewKey, by: provenance())
    }
    console.note("The key of \(store.description) was sealed for its recipients.")
    return true
  }

  /// Seals the store's own key for the project's present name and recipients.
  func sealStoreKeyAgain(_ console: Console) async throws {
    try await underLock(waitingAtMost: 60, console) { _ in
      try await mappingStoreErrors { () async throws(StoreError) in
        try await store.key?.update(makesNew: false, by: provenance())
      }
    }
  }

  /// Gives everything in a store of an earlier version its codes, if the key is here. An apply does not
  /// need them: until they are there, plans say that nothing was checked.
  func protectContent(_ console: Console) async {
    guard let authentication = store.authentication else { return }
    do {
      let isUpgraded = try await mappingStoreErrors { () async throws(StoreError) in
        try await authentication.needsUpgrade()
      }
      guard isUpgraded else { return }
      try await saveWaitingResponses(console)
      try await mappingStoreErrors { () async throws(StoreError) in
        try await authentication.upgrade(by: provenance())
      }
      console.note("The store's plain values, names and records are protected from now on.")
    } catch {
      console.report(Failure(error, outcome: .failed).diagnostics.map(\.asWarning))
    }
  }

  private func saveWaitingResponses(_ console: Console) async throws {
    guard store.tokens != nil else { return }
    try await TokenRenewer(self, termination: nil).saveWaitingResponses(console)
  }
}

extension SealedMessage {
  /// Whether it has a key packet for each recipient of a note, and no other.
  fileprivate func hasPackets(of note: RecipientNote) -> Bool {
    keyIDs.count == note.fingerprints.count && duplicateKeyIDs.isEmpty && !hasPassphrase
  }
}

extension Plan {
  fileprivate var setsSecrets: Bool {
    changes.contains { change in
      !change.action.endsConnection
        && change.details.contains { if case .secret = $0 { true } else { false } }
    }
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
        severity: .info,
        notes: faults.isEmpty ? ["there is no keyring"] : faults.map(\.message),
        help: ["import the recipients' public keys: gpg --import keys/*.asc"]))
  }
}
