import Synchronization
import TestServer

/// A token endpoint on a free port of this machine that does whatever a test orders.
package final class HostileServer: Sendable {
  /// What one call of the token endpoint gets.
  package enum Answer: Sendable {
    case body(String, status: Int = 200, headers: [String: String] = [:])
    /// It is carried out, and the connection breaks before the answer.
    case cut
    case slow(Duration, String)
  }

  package struct Call: Sendable {
    /// From 1.
    package let number: Int
    package let path: String
    package let form: [String: String]
    package let authorization: String?
  }

  private let chosen = Mutex<@Sendable (Call) async -> Answer>({ _ in .body("", status: 500) })
  private let seen = Mutex<[Call]>([])
  private let server = Mutex<LoopbackServer?>(nil)

  package init(_ answer: @escaping @Sendable (Call) async -> Answer) async throws {
    chosen.withLock { $0 = answer }
    let server = try await LoopbackServer { [weak self] request in
      try await self?.response(to: request) ?? .cutBeforeHead
    }
    self.server.withLock { $0 = server }
  }

  package func end() { server.withLock { $0?.end() } }
  deinit { end() }

  package var address: String { server.withLock { $0?.address ?? "" } }
  package var calls: [Call] { seen.withLock { $0 } }

  package func answer(_ answer: @escaping @Sendable (Call) async -> Answer) {
    chosen.withLock { $0 = answer }
  }

  private func response(to request: ServerRequest) async throws -> ServerResponse {
    let call = seen.withLock { calls in
      let call = Call(
        number: calls.count + 1, path: request.path, form: request.form,
        authorization: request.headers["authorization"])
      calls.append(call)
      return call
    }
    switch await chosen.withLock({ $0 })(call) {
    case .body(let body, let status, let headers):
      return .whole(status: status, headers: headers, body: Array(body.utf8))
    case .slow(let duration, let body):
      try await Task.sleep(for: duration)
      return .whole(status: 200, body: Array(body.utf8))
    case .cut: return .cutAfterHead
    }
  }
}
