import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
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
    case slow(Duration)
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
    let server = try await LoopbackServer { [unowned self] request in
      try await answer(request)
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

  private func answer(_ request: Request) async throws -> Response {
    let path = request.uri.path
    let buffer = try await request.body.collect(upTo: 1 << 20)
    let text = String(buffer: buffer)
    if path == "/oauth/token" {
      return response(await state.token(form: form(text)))
    }
    let number = counter.withLock {
      $0 += 1
      return $0
    }
    let call = Call(number: number, method: request.method.rawValue, path: path)
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
    case .slow(let duration): try await Task.sleep(for: duration)
    case .cutAfter, nil: break
    }
    let answer = await carriedOut(request, path, text)
    await state.record(
      TenantState.Exchange(
        method: call.method, path: request.uri.string, requestBody: text.isEmpty ? nil : text,
        status: answer.status, responseBody: answer.text))
    await watcher(call, .after)
    if case .cutAfter = fault {
      struct Cut: Error {}
      return Response(status: .ok, body: ResponseBody { _ in throw Cut() })
    }
    return response(answer)
  }

  private func carriedOut(_ request: Request, _ path: String, _ text: String) async
    -> TenantState.Answer
  {
    let authorization = request.headers[.authorization] ?? ""
    let token = authorization.hasPrefix("Bearer ") ? String(authorization.dropFirst(7)) : ""
    let query = Dictionary(
      request.uri.queryParameters.map { (String($0.key), String($0.value)) }
    ) { first, _ in first }
    let parts = path.split(separator: "/").map(String.init)
    let vault = ["api", "v2", "flows", "vault", "connections"]
    func allowed(_ scope: String) async -> TenantState.Answer? {
      await state.refusal(of: token, for: scope)
    }
    switch (request.method, parts) {
    case (.get, vault):
      if let no = await allowed("read:flows_vault_connections") { return no }
      return await state.list(query: query)
    case (.post, vault):
      if let no = await allowed("create:flows_vault_connections") { return no }
      return await state.create(text)
    case (.get, ["api", "v2", "flows"]):
      if let no = await allowed("read:flows") { return no }
      return await state.listFlows(query: query)
    case (.get, let parts)
    where parts.count == 4 && Array(parts.prefix(3)) == ["api", "v2", "flows"]:
      if let no = await allowed("read:flows") { return no }
      return await state.flow(parts[3])
    case (let method, let parts) where parts.count == 6 && Array(parts.prefix(5)) == vault:
      switch method {
      case .get:
        if let no = await allowed("read:flows_vault_connections") { return no }
        return await state.get(parts[5])
      case .patch:
        if let no = await allowed("update:flows_vault_connections") { return no }
        return await state.update(parts[5], text)
      case .delete:
        if let no = await allowed("delete:flows_vault_connections") { return no }
        return await state.delete(parts[5])
      default: return .error(405, "Method Not Allowed", "x")
      }
    default: return .error(404, "Not Found", "Not Found")
    }
  }

  private func response(
    _ answer: TenantState.Answer, remaining: Int = 40, reset: Double = 1
  ) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "application/json; charset=utf-8"
    let time = Date().timeIntervalSince1970 + reset
    for (name, value) in [
      ("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "\(remaining)"),
      ("x-ratelimit-reset", "\(Int64(time))"),
    ] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return Response(
      status: .init(code: answer.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: answer.text ?? "")))
  }

  private func form(_ text: String) -> [String: String] {
    let pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        String(parts[0]),
        (parts.count > 1 ? String(parts[1]).removingPercentEncoding : nil) ?? ""
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
