import Secrets
package import Stores

/// Proves the states of one ledger under its key, and checks those of others.
///
/// Anyone who may push to a ledger can write anything into it, a key of their own among it. A state counts
/// only with a code under its key, and a key only if it is the one that was seen before, or one whose
/// maker knew that one. Where a project signs, one of its signers must have signed the state. Who could
/// open a previous key knows it forever, so against them only signatures help.
package struct LedgerAuthentication: Sendable {
  /// What a check found.
  package enum Verdict: Hashable, Sendable {
    case authentic
    /// Nothing speaks against it, but here it cannot be shown; the reason, for people.
    case unknown(String)

    /// The reason; `nil` if it is authentic.
    var doubt: String? {
      switch self {
      case .authentic: nil
      case .unknown(let reason): reason
      }
    }
  }

  private let name: String
  private let protection: any KeyProtection
  private let signing: (any LedgerSigning)?
  private let memory: any LedgerMemory
  private let pinnedKeys: Set<String>
  /// It is a copy of a store's records, which are the ones that count.
  private let isCopy: Bool

  /// - Parameters:
  ///   - name: of the ledger.
  ///   - signing: `nil` if the project does not sign.
  ///   - pinnedKeys: the ledger's key must be one of them, or have replaced one; none is any key.
  ///   - isCopy: the records that count are in the store itself.
  package init(
    name: String, protection: any KeyProtection, signing: (any LedgerSigning)?,
    memory: any LedgerMemory, pinnedKeys: Set<String> = [], isCopy: Bool = false
  ) {
    self.name = name
    self.protection = protection
    self.signing = signing
    self.memory = memory
    self.pinnedKeys = pinnedKeys
    self.isCopy = isCopy
  }

  // MARK: Checking

  private func untrusted(_ reason: String) -> StoreError {
    .ledgerUntrusted(reason, isCopy: isCopy)
  }

  /// - Throws: `ledgerUntrusted` if the state is not authentic.
  package func verdict(
    on version: some LedgerVersion
  ) async throws(StoreError) -> Verdict {
    try await verdict(on: version, after: memory.sighting())
  }

  private func verdict(
    on version: some LedgerVersion, after seen: LedgerSighting?
  ) async throws(StoreError) -> Verdict {
    try requireNotSuperseded(version, seen)
    let contents = version.contents
    if contents.isUnused {
      guard pinnedKeys.isEmpty else { throw untrusted("it is empty, and its key is pinned") }
      return .authentic
    }
    guard let proof = contents.proof else {
      if isCopy, contents.key == nil { return .unknown("the store has no key yet") }
      throw untrusted("its state has no proof of who wrote it")
    }
    guard let sealed = contents.key else { throw untrusted("its key is missing") }
    let statement = LedgerStatement(name, key: proof.key, links: proof.links, version.digests)

    let signature = try await signatureCheck(proof, statement, seen)
    func withoutKey(_ reason: String) -> Verdict {
      switch signature {
      case .holds:
        remember(version, proof.key, seen)
        return .authentic
      case .notRequired, .unknown: return .unknown(reason)
      }
    }
    guard await protection.mayOpen(sealed) else {
      return withoutKey("no key here opens the ledger's key")
    }
    let key: StoreKey
    do throws(StoreError) {
      key = try StoreKey(await protection.openKey(sealed), sealed: sealed)
    } catch {
      guard case .keyUnavailable(let reason) = error else { throw error }
      return withoutKey(reason)
    }
    guard key.id == proof.key else {
      throw untrusted("its state was not written by a holder of its key")
    }
    func follows(_ known: Set<String>) -> Bool {
      known.isEmpty || known.contains(key.id) || key.replaces(known, by: proof.links)
    }
    guard follows(Set(seen.map { [$0.key] } ?? [])) else {
      throw untrusted("its key is not the one that was seen here, and did not replace it")
    }
    guard follows(pinnedKeys) else {
      throw untrusted("its key is none of the pinned ones, and did not replace one")
    }
    guard key.isCode(proof.code, of: statement.bytes) else {
      throw untrusted("its state was not written by a holder of its key")
    }
    switch signature {
    case .holds, .notRequired:
      remember(version, key.id, seen)
      return .authentic
    case .unknown: return .unknown("its signature cannot be checked here")
    }
  }

  /// The state, if it may be built on.
  func require(_ version: some LedgerVersion) async throws(StoreError) {
    try Self.require(await verdict(on: version))
  }

  private static func require(_ verdict: Verdict) throws(StoreError) {
    guard let reason = verdict.doubt else { return }
    throw .keyUnavailable("the ledger cannot be verified: \(reason)")
  }

  /// Takes a state as what later ones are compared with, whatever was seen before.
  ///
  /// - Throws: if it is not authentic by itself; then everything stays as it was.
  func accept(_ version: some LedgerVersion) async throws(StoreError) {
    try Self.require(await verdict(on: version, after: nil))
    try memory.forget()
    remember(version)
  }

  /// No key is needed to see that a state was seen to be replaced.
  private func requireNotSuperseded(
    _ version: some LedgerVersion, _ seen: LedgerSighting?
  ) throws(StoreError) {
    guard let seen else { return }
    if version.contents.isUnused {
      throw untrusted("it is empty, and state \(seen.sequence) of it was seen here")
    }
    let sequence = version.contents.state.sequence
    guard sequence >= seen.sequence else {
      throw untrusted("it is at state \(sequence), and state \(seen.sequence) of it was seen here")
    }
    guard let remoteSequence = seen.remoteSequence else { return }
    let found: Int
    switch version.remoteState {
    case .none, .current: return
    case .absent: found = 0
    case .at(let sequence): found = sequence
    }
    guard found >= remoteSequence else {
      throw untrusted(
        "its remote is at state \(found), and state \(remoteSequence) of it was seen there")
    }
  }

  /// What is known of a state's signature.
  private enum SignatureCheck {
    /// One of the project's signers made it.
    case holds
    /// The project does not sign, so only the key says who wrote the state.
    case notRequired
    /// It cannot be checked here.
    case unknown
  }

  /// A state that this machine wrote last needs no signature: not every one is signed before it is
  /// shared.
  ///
  /// - Throws: `ledgerUntrusted` if the signature is missing, or does not hold.
  private func signatureCheck(
    _ proof: LedgerProof, _ statement: LedgerStatement, _ seen: LedgerSighting?
  ) async throws(StoreError) -> SignatureCheck {
    guard let signing else { return .notRequired }
    if seen?.digest == statement.digest { return .holds }
    guard let signature = proof.signature else {
      throw untrusted("its state is not signed, and the project signs")
    }
    let fault: String?
    do throws(KeyProtectionFailure) {
      fault = try await signing.fault(of: signature, of: statement.bytes)
    } catch {
      return .unknown
    }
    if let fault { throw untrusted("the signature of its state does not count: \(fault)") }
    return .holds
  }

  // MARK: Proving

  /// Adds a proof to a draft, under the key that the draft has.
  ///
  /// - Parameters:
  ///   - old: what the draft was made from; if it has another key, the proof links the two.
  ///   - isShared: others will see it, so it is signed if the project signs.
  func prove(
    _ draft: inout LedgerDraft, since old: LedgerContents, isShared: Bool
  ) async throws(StoreError) {
    guard let sealed = draft.contents.key else {
      draft.add(nil)
      return
    }
    let key = try StoreKey(await protection.openKey(sealed), sealed: sealed)
    var links = old.proof?.links ?? []
    if let previous = old.proof?.key, previous != key.id {
      links = try await link(from: key, to: old).map { [$0] + links } ?? []
    }
    let statement = LedgerStatement(name, key: key.id, links: links, draft.digests)
    var signature: String?
    if isShared, let signing {
      do throws(KeyProtectionFailure) {
        signature = try await signing.signature(of: statement.bytes)
      } catch {
        throw .ledgerFailed("its state could not be signed: \(error.reason)")
      }
    }
    draft.add(
      LedgerProof(
        key: key.id, code: key.code(of: statement.bytes), links: links, signature: signature))
  }

  /// `nil` if no key here opens the previous one, or it is none.
  ///
  /// - Throws: `keyUnavailable` if it may open at another attempt, as after a prompt that was cancelled.
  private func link(
    from key: StoreKey, to old: LedgerContents
  ) async throws(StoreError) -> String? {
    guard let sealed = old.key, await protection.mayOpen(sealed) else { return nil }
    let bytes: SecretBytes
    do throws(KeyProtectionFailure) {
      bytes = try await protection.open(sealed)
    } catch {
      if error.isTemporary { throw .keyUnavailable(error.reason) }
      return nil
    }
    // Anybody can seal anything for us.
    guard let previous = try? StoreKey(bytes, sealed: sealed) else { return nil }
    return try key.link(to: previous)
  }

  /// A first key, sealed for the project's recipients.
  func newKey() async throws(StoreError) -> String {
    try await protection.sealKey(StoreKey.random())
  }

  // MARK: Remembering

  /// Takes a state that we wrote, or that is authentic, as what later ones are compared with.
  func remember(_ version: some LedgerVersion) {
    guard let key = version.contents.proof?.key else { return }
    remember(version, key, try? memory.sighting())
  }

  private func remember(_ version: some LedgerVersion, _ key: String, _ seen: LedgerSighting?) {
    let sequence = version.contents.state.sequence
    // A lock alone, which goes without a trace if its run changes nothing, its key with it.
    if sequence == 0 { return }
    let isLocal: Bool
    var remoteSequence = seen?.remoteSequence
    switch version.remoteState {
    case .none: isLocal = false
    case .current:
      isLocal = false
      remoteSequence = max(remoteSequence ?? 0, sequence)
    case .absent: isLocal = true
    case .at(let found):
      isLocal = true
      remoteSequence = max(remoteSequence ?? 0, found)
    }
    // What only this machine has yet may lose against another process's run.
    let sighting = LedgerSighting(
      key: isLocal ? seen?.key ?? key : key,
      sequence: isLocal ? seen?.sequence ?? 0 : max(sequence, seen?.sequence ?? 0),
      remoteSequence: remoteSequence, digest: version.digests.combined)
    if sighting != seen { memory.remember(sighting) }
  }

  /// Higher than that of any state that was seen, so that the one to come is newer.
  func nextSequence(after contents: LedgerContents) throws(StoreError) -> Int {
    let seen = (try? memory.sighting())?.sequence ?? 0
    let highest = max(seen, contents.state.sequence)
    guard highest < Int.max else { throw .ledgerFailed("its state has no valid number") }
    return highest + 1
  }

  /// Forgets what was seen, so that the ledger is taken as it is from now on.
  func forget() throws(StoreError) { try memory.forget() }
}
