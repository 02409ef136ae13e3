private import Dispatch

/// GnuPG through libgpgme: looks up keys, seals values for them, opens messages at their bindings.
///
/// The user's keyring and gpg settings are used as they are and never changed. Batches run in a few
/// lanes, each with its own context and thread; results come in the order of the requests.
package struct PGPEngine: Sendable {
  let settings: GPGSettings
  let sessionKeys = SessionKeys()
  private let responsiveness = GPGResponsiveness()
  private let progress: Progress?
  private static let lanes = 4

  /// What gpg does with many messages, each for itself.
  package enum Step: Hashable, Sendable { case sealing, opening }

  /// Called when one more message of a step is done, on any thread.
  package typealias Progress = @Sendable (_ step: Step, _ total: Int) -> Void

  package init(_ settings: GPGSettings, progress: Progress? = nil) {
    self.settings = settings
    self.progress = progress
  }

  /// The keys of a project's recipients, each with what makes it unusable.
  package func recipients(
    _ texts: [String]
  ) async throws(GPGUnavailable) -> [Result<PublicKey, RecipientError>] {
    let fingerprints = texts.map { Fingerprint($0) }
    let patterns = Set(fingerprints.compactMap { $0?.rawValue }).sorted()
    let found = patterns.isEmpty ? [] : try await keys(patterns, secret: false)
    return fingerprints.map { fingerprint in
      guard let fingerprint else { return .failure(.notFingerprint) }
      let exact = found.filter { $0.fingerprint == fingerprint }
      guard let key = exact.first else {
        let owner = found.first { $0.subkeys.contains { $0.fingerprint == fingerprint } }
        return .failure(owner.map { .isSubkey(of: $0.fingerprint) } ?? .notFound)
      }
      if exact.count > 1 { return .failure(.ambiguous) }
      return key.state.fault.map { .failure($0) } ?? .success(key)
    }
  }

  /// Keys of the keyring that have one of these ids, or a subkey with one.
  package func publicKeys(_ ids: Set<KeyID>) async throws(GPGUnavailable) -> [PublicKey] {
    let patterns = ids.filter { $0 != .hidden }.map { "0x\($0)" }.sorted()
    return patterns.isEmpty ? [] : try await keys(patterns, secret: false)
  }

  /// All keys whose secret part is in the keyring, or on a card that it knows.
  package func secretKeys() async throws(GPGUnavailable) -> [PublicKey] {
    try await keys([], secret: true)
  }

  private func keys(_ patterns: [String], secret: Bool) async throws(GPGUnavailable) -> [PublicKey]
  {
    let listed = try await answer { [settings, responsiveness] in
      Result { () throws(GPGUnavailable) in
        let context = try GPGContext(settings, responsiveness)
        do throws(GPGError) {
          return try context.keys(matching: patterns, secret: secret)
        } catch {
          throw GPGUnavailable(reason: error.text)
        }
      }
    }
    return try listed.get()
  }

  /// What gpg answers to something that asks nobody.
  private func answer<R: Sendable>(
    _ work: @escaping @Sendable () -> R
  ) async throws(GPGUnavailable) -> R {
    let deadline = settings.answerDeadline
    if responsiveness.state == .stalled { throw .stalled(deadline) }
    guard let result = await BlockingCall.result(within: deadline, work) else {
      responsiveness.noteStall()
      throw .stalled(deadline)
    }
    responsiveness.noteAnswer()
    return result
  }

  /// gpgme blocks its thread, so the work runs on threads outside Swift's pool.
  func inLanes<Request: Sendable, Output: Sendable>(
    _ requests: [Request], settings: GPGSettings? = nil, step: Step? = nil,
    _ work: @escaping @Sendable (GPGContext, Request) -> Output
  ) async throws(GPGUnavailable) -> [Output] {
    let lanes = min(Self.lanes, requests.count)
    if lanes == 0 { return [] }
    let settings = settings ?? self.settings
    // gpgme runs `gpg --version` for its first context, and waits for it.
    if responsiveness.state != .answering {
      try await answer { [responsiveness] in
        Result { () throws(GPGUnavailable) in _ = try GPGContext(settings, responsiveness) }
      }.get()
    }
    let parts = await withTaskGroup(of: Result<[(Int, Output)], GPGUnavailable>.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue(label: "vaultctl.gpg.\(lane)").async { [responsiveness, progress] in
              continuation.resume(
                returning: Result { () throws(GPGUnavailable) in
                  let context = try GPGContext(settings, responsiveness)
                  return stride(from: lane, to: requests.count, by: lanes)
                    .map { index in
                      let output = work(context, requests[index])
                      if let step { progress?(step, requests.count) }
                      return (index, output)
                    }
                })
            }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var outputs: [(Int, Output)] = []
    for part in parts { outputs += try part.get() }
    return outputs.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

extension PublicKey.State {
  fileprivate var fault: RecipientError? {
    switch self {
    case .usable: nil
    case .revoked: .revoked
    case .notYetValid(let start): .notYetValid(from: start)
    case .expired(let at): .expired(at: at)
    case .disabled: .disabled
    case .invalid: .invalid
    case .cannotEncrypt: .cannotEncrypt
    }
  }
}
