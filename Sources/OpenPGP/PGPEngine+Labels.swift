package import Model
import Secrets

/// Key packets are labelled with a key's id, and nothing protects the label. These find the false
/// labels among those of our own keys.
extension PGPEngine {
  /// Of each message, the ids of our keys whose packets do not open it although another packet does.
  ///
  /// A message with one packet of ours needs no trial: opening it is one. One with two packets of one
  /// id is not tried; its ids alone show that something is wrong with it.
  package func mislabelledKeyIDs(
    of messages: [SealedMessage]
  ) async throws(GPGUnavailable) -> [[KeyID]] {
    let suspects = messages.indices.filter { index in
      messages[index].keyIDs.count > 1 && messages[index].duplicateKeyIDs.isEmpty
    }
    var found = [[KeyID]](repeating: [], count: messages.count)
    if suspects.isEmpty { return found }
    let own = try await openingKeyIDs()
    var trials: [(message: Int, id: KeyID, armored: String)] = []
    // Messages that share their key packets share the outcome.
    var first: [[UInt8]: Int] = [:]
    var sharing: [Int: Int] = [:]
    for index in suspects {
      let ids = messages[index].keyIDs.map { KeyID($0) }
      guard ids.count(where: { own.contains($0) || $0 == .hidden }) > 1,
        let packets = SeparateKeyPackets(armored: messages[index].armored)
      else { continue }
      if let session = SessionMessage(armored: messages[index].armored) {
        if let same = first[session.keyPackets] {
          sharing[index] = same
          continue
        }
        first[session.keyPackets] = index
      }
      for (packet, id) in ids.enumerated() where own.contains(id) {
        trials.append((index, id, packets.message(withPacket: packet)))
      }
    }
    let results = try await inLanes(trials.map(\.armored)) { context, armored in
      Result { () throws(OpenError) in try context.openByItsPacket(armored) }
    }
    for (trial, result) in zip(trials, results) {
      if case .failure(let fault) = result, fault.isAboutPackets {
        found[trial.message].append(trial.id)
      }
    }
    for (index, same) in sharing { found[index] = found[same] }
    return found
  }

  /// The results with a better reason where none of a message's key packets opened it: its key is on
  /// a card, or they are labelled with our keys, or hide a recipient who is another person.
  func explained(
    _ results: [Result<SecretBytes, OpenError>], of requests: [OpenRequest]
  ) async -> [Result<SecretBytes, OpenError>] {
    let failed = results.indices.filter { index in
      if case .failure(let fault) = results[index] { fault.mayBeAboutACard } else { false }
    }
    // A gpg that does not answer any more has no better reason.
    guard !failed.isEmpty, let keys = try? await secretKeys() else { return results }
    let own = Set(keys.flatMap(\.openingKeyIDs))
    let cards = keys.reduce(into: [:]) { $0.merge($1.cardKeyIDs) { first, _ in first } }
    let onCards = failed.compactMap { index in
      Self.card(of: requests[index], own, cards).map { (index, $0) }
    }
    var results = results
    for (index, serial) in onCards { results[index] = .failure(.cardUnavailable(serial: serial)) }
    return await withoutFalseLabels(results, requests, own)
  }

  /// The serial number of the card whose key alone opens a message here; `nil` if there is none.
  private static func card(
    of request: OpenRequest, _ own: Set<KeyID>, _ cards: [KeyID: String]
  ) -> String? {
    guard !cards.isEmpty, let message = try? SealedMessage(armored: request.armored) else {
      return nil
    }
    let ids = message.keyIDs.map { KeyID($0) }
    return own.isDisjoint(with: ids) ? ids.lazy.compactMap { cards[$0] }.first : nil
  }

  private func withoutFalseLabels(
    _ results: [Result<SecretBytes, OpenError>], _ requests: [OpenRequest], _ own: Set<KeyID>
  ) async -> [Result<SecretBytes, OpenError>] {
    let failed = results.indices.filter { index in
      if case .failure(let fault) = results[index] { fault.isAboutPackets } else { false }
    }
    let suspects = failed.compactMap { index -> (index: Int, labelled: [KeyID], all: [KeyID])? in
      guard let message = try? SealedMessage(armored: requests[index].armored) else { return nil }
      let ids = message.keyIDs.map { KeyID($0) }
      let labelled = ids.filter(own.contains)
      guard !labelled.isEmpty || message.hasHiddenRecipients else { return nil }
      return (index, labelled, ids)
    }
    // A session key that was found means that the content is damaged, not the packets.
    let keys = try? await inLanes(suspects.map { requests[$0.index].armored }) { context, armored in
      Result { () throws(OpenError) in try context.sessionKey(of: armored) }
    }
    var results = results
    for (suspect, key) in zip(suspects, keys ?? []) {
      guard case .failure(let fault) = key, fault.isAboutPackets else { continue }
      results[suspect.index] = .failure(
        suspect.labelled.isEmpty ? .noSecretKey(suspect.all) : .mislabelled(suspect.labelled))
    }
    return results
  }

  /// The ids of the keys that can decrypt in this keyring.
  private func openingKeyIDs() async throws(GPGUnavailable) -> Set<KeyID> {
    Set(try await secretKeys().flatMap(\.openingKeyIDs))
  }
}

extension OpenError {
  /// What gpg reports if no key packet gives a session key, or a wrong one.
  fileprivate var isAboutPackets: Bool {
    switch self {
    case .noSecretKey, .badMessage: true
    case .mislabelled, .agentUnavailable, .wrongPassphrase, .cardUnavailable, .cancelled,
      .bindingMismatch, .unsigned, .noValidSignature, .signedByOther, .signatureWithoutBinding,
      .signedForAnotherBinding,
      .tooLarge, .deadlineExceeded, .gpgFailed:
      false
    }
  }

  /// What gpg reports if the key is on a card that it cannot use.
  fileprivate var mayBeAboutACard: Bool {
    switch self {
    case .noSecretKey, .badMessage, .agentUnavailable, .gpgFailed: true
    case .mislabelled, .wrongPassphrase, .cardUnavailable, .cancelled, .bindingMismatch,
      .unsigned, .noValidSignature, .signedByOther, .signatureWithoutBinding,
      .signedForAnotherBinding, .tooLarge,
      .deadlineExceeded:
      false
    }
  }
}
