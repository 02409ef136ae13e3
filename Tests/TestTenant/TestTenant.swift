import Foundation
import Synchronization
import TestServer

/// A tenant's API on a free port of this machine, with faults on order.
package final class TestTenant: Sendable {
  /// What a test lets happen to one call.
  package enum Fault: Sendable {
    /// It is refused by the rate limit, with so many seconds until the reset.
    case tooMany(reset: Double)
    case status(Int)
    /// It is carried out, and the connection breaks before the answer.
    case cutAfter
  }

  /// A call as faults are chosen by: its number from 1, its method, its path.
  package struct Call: Sendable {
    package let number: Int
    package let method: String
    package let path: String
  }

  package enum Moment: Sendable { case before, after }

  package let state = TenantState()
  private let chosen = Mutex<@Sendable (Call) -> Fault?>({ _ in nil })
  private let watcher = Mutex<@Sendable (Call, Moment) async -> Void>({ _, _ in })
  private let counter = Mutex(0)
  private let server = Mutex<LoopbackServer?>(nil)

  package init() async throws {
    let server = try await LoopbackServer { [weak self] request in
      try await self?.response(to: request) ?? .cutBeforeHead
    }
    self.server.withLock { $0 = server }
  }

  package func end() { server.withLock { $0?.end() } }
  deinit { end() }

  package var address: String { server.withLock { $0?.address ?? "" } }

  /// Calls of the API since faults were last chosen, the refused ones among them.
  package var callCount: Int { counter.withLock { $0 } }

  package func injectFaults(_ fault: @escaping @Sendable (Call) -> Fault?) {
    counter.withLock { $0 = 0 }
    chosen.withLock { $0 = fault }
  }

  /// Calls a closure for each call of the API, before it is carried out and again before its answer.
  package func watch(_ watcher: @escaping @Sendable (Call, Moment) async -> Void) {
    counter.withLock { $0 = 0 }
    self.watcher.withLock { $0 = watcher }
  }

  private func response(to request: ServerRequest) async throws -> ServerResponse {
    if request.path == "/oauth/token" {
      return response(await state.token(form: request.form))
    }
    let number = counter.withLock {
      $0 += 1
      return $0
    }
    let call = Call(number: number, method: request.method, path: request.path)
    let watcher = watcher.withLock { $0 }
    await watcher(call, .before)
    let fault = chosen.withLock { $0 }(call)
    switch fault {
    case .tooMany(let reset):
      return response(
        .error(
          429, "Too Many Requests", "Global limit has been reached", code: "too_many_requests"),
        remaining: 0, reset: reset)
    case .status(let status): return response(.error(status, "Internal Server Error", "oops"))
    case .cutAfter, nil: break
    }
    let answer = await carriedOut(request)
    await state.record(
      TenantState.Exchange(
        method: call.method, path: request.target,
        requestBody: request.body.isEmpty ? nil : request.text, status: answer.status,
        responseBody: answer.text))
    await watcher(call, .after)
    if case .cutAfter = fault { return .cutAfterHead }
    return response(answer)
  }

  private func carriedOut(_ request: ServerRequest) async -> TenantState.Answer {
    let authorization = request.headers["authorization"] ?? ""
    let token = authorization.hasPrefix("Bearer ") ? String(authorization.dropFirst(7)) : ""
    let parts = request.path.split(separator: "/").map(String.init)
    let vault = ["api", "v2", "flows", "vault", "connections"]
    func allowed(_ scope: String) async -> TenantState.Answer? {
      await state.refusal(of: token, for: scope)
    }
    switch (request.method, parts) {
    case ("GET", vault):
      if let no = await allowed("read:flows_vault_connections") { return no }
      return await state.list(query: request.query)
    case ("POST", vault):
      if let no = await allowed("create:flows_vault_connections") { return no }
      return await state.create(request.text)
    case ("GET", ["api", "v2", "flows"]):
      if let no = await allowed("read:flows") { return no }
      return await state.listFlows(query: request.query)
    case ("GET", let parts)
    where parts.count == 4 && Array(parts.prefix(3)) == ["api", "v2", "flows"]:
      if let no = await allowed("read:flows") { return no }
      return await state.flow(parts[3])
    case (let method, let parts) where parts.count == 6 && Array(parts.prefix(5)) == vault:
      switch method {
      case "GET":
        if let no = await allowed("read:flows_vault_connections") { return no }
        return await state.get(parts[5])
      case "PATCH":
        if let no = await allowed("update:flows_vault_connections") { return no }
        return await state.update(parts[5], request.text)
      case "DELETE":
        if let no = await allowed("delete:flows_vault_connections") { return no }
        return await state.delete(parts[5])
      default: return .error(405, "Method Not Allowed", "x")
      }
    default: return .error(404, "Not Found", "Not Found")
    }
  }

  private func response(
    _ answer: TenantState.Answer, remaining: Int = 40, reset: Double = 1
  ) -> ServerResponse {
    .whole(
      status: answer.status,
      headers: [
        "content-type": "application/json; charset=utf-8",
        "x-ratelimit-limit": "50", "x-ratelimit-remaining": "\(remaining)",
        "x-ratelimit-reset": "\(Int64(Date().timeIntervalSince1970 + reset))",
      ], body: Array((answer.text ?? "").utf8))
  }
}
