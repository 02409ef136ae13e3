import Model

/// The session keys that this process has learned, each under the key packets that carry it.
///
/// Whoever first asks for one is told to get it; whoever asks meanwhile waits for that. So it takes
/// one operation with a private key for all messages that share a session key.
actor SessionKeys {
  typealias Found = Result<SessionKey, OpenFault>
  typealias KeyPackets = [UInt8]

  private enum Entry {
    case underWay([CheckedContinuation<Found, Never>])
    case found(Found)
  }

  private var entries: [KeyPackets: Entry] = [:]
  private var messages: [KeyPackets: SessionMessage] = [:]

  /// Those of them that the caller has to get, and must `settle`.
  func claim(_ wanted: [SessionMessage]) -> [SessionMessage] {
    wanted.filter { message in
      guard entries[message.keyPackets] == nil else { return false }
      entries[message.keyPackets] = .underWay([])
      return true
    }
  }

  /// Tells what came of one that was claimed. What may go otherwise another time is not kept.
  ///
  /// - Parameter isFinal: whether all was tried to get it.
  func settle(_ message: SessionMessage, _ found: Found, isFinal: Bool = true) {
    guard case .underWay(let waiting) = entries[message.keyPackets] else { return }
    entries[message.keyPackets] = found.isLasting(isFinal: isFinal) ? .found(found) : nil
    if case .success = found { messages[message.keyPackets] = message }
    for continuation in waiting { continuation.resume(returning: found) }
  }

  /// What is known of a message's session key, or what comes of getting it; `nil` where nobody is.
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

  /// A message for exactly these keys whose session key is known, of those that `isRight` takes.
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
  /// A key stays, and so does it that there is none, or nobody to ask for its passphrase.
  fileprivate func isLasting(isFinal: Bool) -> Bool {
    switch self {
    case .success: true
    case .failure(.noSecretKey), .failure(.agentUnavailable), .failure(.cancelled): isFinal
    case .failure: false
    }
  }
}

extension OpenFault {
  /// Whether it holds for every message with the same key packets.
  var isAboutTheKey: Bool {
    switch self {
    case .noSecretKey, .agentUnavailable, .cancelled, .deadlineExceeded: true
    case .badMessage, .bindingMismatch, .noValidSignature, .tooLarge, .gpgFailed: false
    }
  }
}
