import Model

/// The session keys that this process knows, by the key packets that carry them.
///
/// The first caller for a session key has to obtain it; later callers wait for that. So one
/// operation with a private key serves all messages that share a session key.
actor SessionKeys {
  typealias Found = Result<SessionKey, OpenError>
  typealias KeyPackets = [UInt8]

  private enum Entry {
    case underWay([CheckedContinuation<Found, Never>])
    case found(Found)
  }

  private var entries: [KeyPackets: Entry] = [:]
  private var messages: [KeyPackets: SessionMessage] = [:]

  /// The messages whose session keys the caller has to obtain, and must `settle`.
  func claim(_ wanted: [SessionMessage]) -> [SessionMessage] {
    wanted.filter { message in
      guard entries[message.keyPackets] == nil else { return false }
      entries[message.keyPackets] = .underWay([])
      return true
    }
  }

  /// Records the result for a claimed session key. A result that may differ next time is not
  /// cached.
  ///
  /// - Parameter isFinal: whether everything was tried to obtain it.
  func settle(_ message: SessionMessage, _ found: Found, isFinal: Bool = true) {
    guard case .underWay(let waiting) = entries[message.keyPackets] else { return }
    entries[message.keyPackets] = found.isLasting(isFinal: isFinal) ? .found(found) : nil
    if case .success = found { messages[message.keyPackets] = message }
    for continuation in waiting { continuation.resume(returning: found) }
  }

  /// The result for a message's session key, waiting for it if another caller is obtaining it;
  /// `nil` if no caller is.
  func found(_ message: SessionMessage) async -> Found? {
    switch entries[message.keyPackets] {
    case nil: return nil
    case .found(let found): return found
    case .underWay(var waiting):
      return await withCheckedContinuation { continuation in
        waiting.append(continuation)
        entries[message.keyPackets] = .underWay(waiting)
      }
    }
  }

  /// A message for exactly these keys whose session key is known, of those that `isRight` accepts.
  func known(
    for ids: [String], where isRight: (SessionMessage) -> Bool
  ) -> (message: SessionMessage, key: SessionKey)? {
    for (packets, message) in messages where message.keyIDs.sorted() == ids && isRight(message) {
      if case .found(.success(let key)) = entries[packets] { return (message, key) }
    }
    return nil
  }
}

extension SessionKeys.Found {
  /// Cache a found key, and also a definite "no key" or "no passphrase".
  fileprivate func isLasting(isFinal: Bool) -> Bool {
    switch self {
    case .success: true
    case .failure(.noSecretKey), .failure(.agentUnavailable), .failure(.wrongPassphrase),
      .failure(.cancelled):
      isFinal
    case .failure: false
    }
  }
}

extension OpenError {
  /// Whether it applies to every message with the same key packets.
  var isAboutTheKey: Bool {
    switch self {
    case .noSecretKey, .agentUnavailable, .wrongPassphrase, .cardUnavailable, .cancelled,
      .deadlineExceeded:
      true
    case .badMessage, .mislabelled, .bindingMismatch, .unsigned, .noValidSignature, .signedByOther,
      .signatureWithoutBinding,
      .signedForAnotherBinding, .tooLarge, .gpgFailed:
      false
    }
  }
}
