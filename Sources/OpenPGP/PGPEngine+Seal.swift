private import Glibc
import Model
import Secrets

extension PGPEngine {
  /// Seals each value in its own message.
  ///
  /// Messages for the same recipients share a session key: one that `choice` allows, or that of the
  /// first of them, which gpg makes. If no key here opens it, or the messages are signed, gpg makes
  /// them all.
  package func seal(
    _ requests: [SealRequest], signer: Fingerprint? = nil, sharing choice: SessionKeyChoice
  ) async throws(GPGUnavailable) -> [Result<String, SealError>] {
    guard signer == nil else { return try await sealedByGPG(requests, signer: signer) }
    var results = [Result<String, SealError>?](repeating: nil, count: requests.count)
    let groups = Dictionary(grouping: requests.indices) { index in
      requests[index].recipients.map(\.fingerprint.rawValue).sorted()
    }
    for group in groups.values.sorted(by: { ($0.first ?? 0) < ($1.first ?? 0) }) {
      let sealed = try await sealedTogether(group.map { requests[$0] }, choice)
      for (index, result) in zip(group, sealed) { results[index] = result }
    }
    return results.compactMap(\.self)
  }

  private func sealedByGPG(
    _ requests: [SealRequest], signer: Fingerprint? = nil
  ) async throws(GPGUnavailable) -> [Result<String, SealError>] {
    let home = GPGContext.home(settings)
    return try await inLanes(requests, step: .sealing) { context, request in
      Result { () throws(SealError) in
        let armored = try context.seal(request, signer: signer)
        try Self.check(armored, request, home)
        return armored
      }
    }
  }

  /// gpg's configuration can hide recipients, add some or replace them. A message is used only if it
  /// is addressed to a valid subkey of each recipient and to no other key.
  private static func check(
    _ armored: String, _ request: SealRequest, _ home: String?
  ) throws(SealError) {
    guard let message = try? SealedMessage(armored: armored) else {
      throw .gpgFailed(reason: "gpg made a message that is not one")
    }
    let ids = message.keyIDs.map { KeyID($0) }
    let wanted = request.recipients.map(\.validEncryptionKeyIDs)
    let isRight =
      !message.hasPassphrase && ids.count == Set(request.recipients.map(\.fingerprint)).count
      && Set(ids).count == ids.count && ids.allSatisfy { id in wanted.contains { $0.contains(id) } }
      && wanted.allSatisfy { !$0.isDisjoint(with: ids) }
    if isRight { return }
    let options = home.map(GPGOption.addressing) ?? []
    let others = Set(ids).filter { id in !wanted.contains { $0.contains(id) } }
    throw ids.contains(.hidden)
      ? .recipientsHidden(options)
      : .addressedToOthers(others.sorted { $0.rawValue < $1.rawValue }, options)
  }

  /// - Precondition: the requests are for the same recipients.
  private func sealedTogether(
    _ requests: [SealRequest], _ choice: SessionKeyChoice
  ) async throws(GPGUnavailable) -> [Result<String, SealError>] {
    guard let recipients = requests.first?.recipients, let home = GPGContext.home(settings),
      let ids = Self.chosenKeyIDs(recipients)
    else { return try await sealedByGPG(requests) }
    let made = OwnSessionKeyLog(home: home, isReadOnly: !settings.recordsSessionKeys)
    var rest = requests[...]
    var results: [Result<String, SealError>] = []
    // Sealing one value needs no passphrase, so there is no prompt; sealing many without a shared
    // session key would make every later opening of each expensive.
    var shared = try await presentSessionKey(
      for: ids, choice, made, settings: requests.count == 1 ? settings.silent : nil)
    while !rest.isEmpty {
      guard let (message, key, room) = shared else {
        // gpg creates the first, and the others join it if we can open it.
        let first = try await sealedByGPG([rest.removeFirst()])
        results += first
        guard case .success(let armored) = first.first,
          let message = SessionMessage(armored: armored), message.keyIDs.sorted() == ids
        else { break }
        made.add(1, to: message, at: Self.now)
        if rest.isEmpty { break }
        guard let key = try await sessionKey(of: message, armored, nil) else { break }
        shared = (message, key, OwnSessionKeyLog.maxMessages - 1)
        continue
      }
      let joining = rest.prefix(room)
      let joined = joining.map { Self.joined($0, message, key) }
      rest = rest.dropFirst(joining.count)
      made.add(joined.count, to: message, at: Self.now)
      results += try await whole(joined, Array(joining))
      shared = nil
    }
    return results + (try await sealedByGPG(Array(rest)))
  }

  /// gpg seals what could not be sealed with the session key.
  private func whole(
    _ joined: [String?], _ requests: [SealRequest]
  ) async throws(GPGUnavailable) -> [Result<String, SealError>] {
    let left = joined.indices.filter { joined[$0] == nil }
    var others = try await sealedByGPG(left.map { requests[$0] })[...]
    return joined.compactMap { $0.map { .success($0) } ?? others.popFirst() }
  }

  private static func joined(
    _ request: SealRequest, _ message: SessionMessage, _ key: SessionKey
  ) -> String? {
    let date = UInt32(truncatingIfNeeded: now)
    return key.sealed(request.value, at: request.binding, date: date).map {
      SessionMessage.armored(keyPackets: message.keyPackets, ciphertext: $0)
    }
  }

  private typealias SharedMessage = (message: SessionMessage, key: SessionKey, room: Int)

  /// A session key that we created for exactly these keys, and that may have more messages.
  private func presentSessionKey(
    for ids: [String], _ choice: SessionKeyChoice, _ made: OwnSessionKeyLog,
    settings: GPGSettings?
  ) async throws(GPGUnavailable) -> SharedMessage? {
    guard case .present(let messages) = choice else { return nil }
    let now = Self.now
    let ours = made.all().mapValues { $0.room(at: now) }.filter { $0.value > 0 }
    func room(_ message: SessionMessage) -> Int { ours[OwnSessionKeyLog.digest(of: message)] ?? 0 }
    if ours.isEmpty { return nil }
    if let (message, key) = await sessionKeys.known(for: ids, where: { room($0) > 0 }) {
      return (message, key, room(message))
    }
    var refused: Set<SessionKeys.KeyPackets> = []
    for candidate in messages where candidate.keyIDs.sorted() == ids {
      guard let message = SessionMessage(armored: candidate.armored),
        refused.insert(message.keyPackets).inserted, room(message) > 0
      else { continue }
      if let key = try await sessionKey(of: message, candidate.armored, settings) {
        return (message, key, room(message))
      }
    }
    return nil
  }

  private func sessionKey(
    of message: SessionMessage, _ armored: String, _ settings: GPGSettings?
  ) async throws(GPGUnavailable) -> SessionKey? {
    try? await sessionKeys(of: [(message, armored)], settings: settings)[message.keyPackets]?.get()
  }

  /// Sorted; `nil` if one of them is unknown.
  private static func chosenKeyIDs(_ recipients: [PublicKey]) -> [String]? {
    let ids = recipients.compactMap(\.chosenEncryptionKeyID?.rawValue)
    return ids.count == recipients.count ? ids.sorted() : nil
  }

  private static var now: Int64 { Int64(time(nil)) }
}
