import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

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
  private let port = Mutex(0)
  private let server = Mutex<Task<Void, any Error>?>(nil)

  package struct NotStarted: Error {}

  package init(_ answer: @escaping @Sendable (Call) async -> Answer) async throws {
    chosen.withLock { $0 = answer }
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    let router = Router()
    router.on("/**", method: .post) { [self] request, _ in try await respond(request) }
    var logger = Logger(label: "hostile")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in ready.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    let task = Task(executorPreference: ServerThreads.shared) {
      try await application.runService(gracefulShutdownSignals: [])
    }
    server.withLock { $0 = task }
    var iterator = ports.makeAsyncIterator()
    guard let found = await iterator.next(), found > 0 else { throw NotStarted() }
    port.withLock { $0 = found }
  }

  package func end() { server.withLock { $0?.cancel() } }
  deinit { end() }

  package var address: String { "http://127.0.0.1:\(port.withLock { $0 })" }
  package var calls: [Call] { seen.withLock { $0 } }

  package func answer(_ answer: @escaping @Sendable (Call) async -> Answer) {
    chosen.withLock { $0 = answer }
  }

  private func respond(_ request: Request) async throws -> Response {
    let text = String(buffer: try await request.body.collect(upTo: 1 << 20))
    let call = seen.withLock { calls in
      let call = Call(
        number: calls.count + 1, path: request.uri.path, form: Self.form(text),
        authorization: request.headers[.authorization])
      calls.append(call)
      return call
    }
    switch await chosen.withLock({ $0 })(call) {
    case .body(let body, let status, let headers):
      return response(body, status, headers)
    case .slow(let duration, let body):
      try await Task.sleep(for: duration)
      return response(body, 200, [:])
    case .cut:
      struct Cut: Error {}
      return Response(status: .ok, body: ResponseBody { _ in throw Cut() })
    }
  }

  private func response(_ body: String, _ status: Int, _ headers: [String: String]) -> Response {
    var fields = HTTPFields()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return Response(
      status: .init(code: status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
  }

  private static func form(_ text: String) -> [String: String] {
    let pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        String(parts[0]), (parts.count > 1 ? String(parts[1]).removingPercentEncoding : nil) ?? ""
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
