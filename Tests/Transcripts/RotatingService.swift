import Synchronization
import TestAuthorizationServer

/// A service whose refresh tokens are good once, and whose families die of a reuse.
final class RotatingService: Sendable {
  let server: HostileServer
  private let state: SharedState

  private final class SharedState: Sendable {
    let next = Mutex((number: 0, isDead: false))
    let revoked = Mutex<[String]>([])
  }

  /// - Parameter beforeAnswer: is awaited when a request for tokens was carried out, before its response.
  init(
    lifetime: Int = 3600, beforeAnswer: @escaping @Sendable () async -> Void = {}
  ) async throws {
    let state = SharedState()
    self.state = state
    server = try await HostileServer { call in
      if call.path.contains("revoke") {
        state.revoked.withLock { $0.append(call.form["token"] ?? "") }
        return .body("")
      }
      let given = call.form["refresh_token"] ?? call.form["code"] ?? ""
      let number = state.next.withLock { next -> Int? in
        if call.form["grant_type"] == "refresh_token", given != "kAnArIeReFrEsH-\(next.number)" {
          next.isDead = true
        }
        if next.isDead { return nil }
        next.number += 1
        return next.number
      }
      guard let number else { return .body(#"{"error": "invalid_grant"}"#, status: 400) }
      let body =
        #"{"access_token": "kAnArIeAcCeSs-\#(number)", "refresh_token": "kAnArIeReFrEsH-\#(number)", "#
        + #""expires_in": \#(lifetime)}"#
      await beforeAnswer()
      return .body(body)
    }
  }

  var isDead: Bool { state.next.withLock { $0.isDead } }
  var given: Int { state.next.withLock { $0.number } }
  /// The tokens that were revoked.
  var revoked: [String] { state.revoked.withLock { $0 } }
}
