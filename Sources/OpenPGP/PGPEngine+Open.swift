import Model
package import Secrets

extension PGPEngine {
  /// Opens each message.
  ///
  /// 1. Messages of the simplest shape, for which no signature is required, are parsed.
  /// 2. For each set of key packets among them, gpg provides the session key once.
  /// 3. With it they are opened in this process, if they are valid in every respect.
  /// 4. gpg opens everything else, or reports what is wrong with it.
  /// 5. Messages that no key packet opens are distinguished from damaged ones.
  package func open(
    _ requests: [OpenRequest]
  ) async throws(GPGUnavailable) -> [Result<SecretBytes, OpenError>] {
    let messages = requests.map { request in
      request.signatures == .ignored ? SessionMessage(armored: request.armored) : nil
    }
    let found = try await sessionKeys(
      of: zip(messages, requests).compactMap { message, request in
        message.map { ($0, request.armored) }
      })
    var results = zip(requests, messages).map { request, message in
      message.flatMap { Self.result(request, $0, found[$0.keyPackets]) }
    }
    let left = results.indices.filter { results[$0] == nil }
    let opened = try await inLanes(left.map { requests[$0] }, step: .opening) { context, request in
      Result { () throws(OpenError) in try context.open(request) }
    }
    for (index, result) in zip(left, opened) { results[index] = result }
    return await explained(results.compactMap(\.self), of: requests)
  }

  /// The value in a message of another tool; see ``GPGContext/openUnbound(_:)``.
  package func openUnbound(
    _ armored: String
  ) async throws(GPGUnavailable) -> Result<SecretBytes, OpenError> {
    let opened = try await inLanes([armored]) { context, armored in
      Result { () throws(OpenError) in try context.openUnbound(armored) }
    }
    return opened.first ?? .failure(.gpgFailed(reason: "gpg returned no result"))
  }

  /// `nil` if gpg has to open it.
  private static func result(
    _ request: OpenRequest, _ message: SessionMessage, _ found: SessionKeys.Found?
  ) -> Result<SecretBytes, OpenError>? {
    switch found {
    case .success(let key):
      request.bindings.lazy.compactMap { key.opened(message.ciphertext, at: $0) }.first
        .map { .success($0) }
    case .failure(let fault) where fault.isAboutTheKey: .failure(fault)
    case .failure, nil: nil
    }
  }

  /// The messages' session keys if they are found, by their key packets.
  ///
  /// - Parameter settings: other ones than the engine's, to try less.
  func sessionKeys(
    of messages: [(message: SessionMessage, armored: String)], settings: GPGSettings? = nil
  ) async throws(GPGUnavailable) -> [SessionKeys.KeyPackets: SessionKeys.Found] {
    let first = Dictionary(messages.map { ($0.message.keyPackets, $0) }) { first, _ in first }
    let claimed = await sessionKeys.claim(messages.map(\.message))
    var found: [SessionKeys.KeyPackets: SessionKeys.Found] = [:]
    do throws(GPGUnavailable) {
      let armored = claimed.compactMap { first[$0.keyPackets]?.armored }
      let results = try await inLanes(armored, settings: settings, step: .opening) {
        context, armored in
        Result { () throws(OpenError) in try context.sessionKey(of: armored) }
      }
      for (message, result) in zip(claimed, results) {
        found[message.keyPackets] = result
        await sessionKeys.settle(message, result, isFinal: settings == nil)
      }
    } catch {
      for message in claimed {
        await sessionKeys.settle(message, .failure(.gpgFailed(reason: error.reason)))
      }
      throw error
    }
    for (packets, other) in first where found[packets] == nil {
      found[packets] = await sessionKeys.found(other.message)
    }
    return found
  }
}
