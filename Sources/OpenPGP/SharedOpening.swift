import Model
package import Secrets

extension PGPEngine {
  /// Opens each message.
  ///
  /// 1. Messages of the plainest shape, of which no signature is asked, are taken apart.
  /// 2. For each set of key packets among them, gpg tells the session key once.
  /// 3. With it they are opened in this process, where all is right with them.
  /// 4. Everything else gpg opens, or tells what is wrong with it.
  package func open(
    _ requests: [OpenRequest]
  ) async throws(GPGUnavailable) -> [Result<SecretBytes, OpenFault>] {
    let messages = requests.map { request in
      request.signers == nil ? SessionMessage(armored: request.armored) : nil
    }
    let found = try await sessionKeys(
      of: zip(messages, requests).compactMap { message, request in
        message.map { ($0, request.armored) }
      })
    var answers = zip(requests, messages).map { request, message in
      message.flatMap { Self.answer(request, $0, found[$0.keyPackets]) }
    }
    let left = answers.indices.filter { answers[$0] == nil }
    let opened = try await inLanes(left.map { requests[$0] }) { context, request in
      Result { () throws(OpenFault) in try context.open(request) }
    }
    for (index, result) in zip(left, opened) { answers[index] = result }
    return answers.compactMap(\.self)
  }

  /// `nil` where gpg has to be asked.
  private static func answer(
    _ request: OpenRequest, _ message: SessionMessage, _ found: SessionKeys.Found?
  ) -> Result<SecretBytes, OpenFault>? {
    switch found {
    case .success(let key): key.opened(message.ciphertext, at: request.binding).map { .success($0) }
    case .failure(let fault) where fault.isAboutTheKey: .failure(fault)
    case .failure, nil: nil
    }
  }

  /// What is found of the messages' session keys, by their key packets.
  ///
  /// - Parameter settings: where less is tried than by this keyring's.
  func sessionKeys(
    of messages: [(message: SessionMessage, armored: String)], settings: GPGSettings? = nil
  ) async throws(GPGUnavailable) -> [SessionKeys.KeyPackets: SessionKeys.Found] {
    let first = Dictionary(messages.map { ($0.message.keyPackets, $0) }) { first, _ in first }
    let claimed = await sessionKeys.claim(messages.map(\.message))
    var found: [SessionKeys.KeyPackets: SessionKeys.Found] = [:]
    do throws(GPGUnavailable) {
      let armored = claimed.compactMap { first[$0.keyPackets]?.armored }
      let results = try await inLanes(armored, settings: settings) { context, armored in
        Result { () throws(OpenFault) in try context.sessionKey(of: armored) }
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
