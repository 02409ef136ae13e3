import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

/// Stands in front of a server and hands requests on, so that a test is told of each one before it is
/// carried out and after it, before its answer.
package final class BaoProxy: Sendable {
  package enum Moment: Sendable { case before, after }

  private let target: String
  private let forwarding = Forwarding()
  private let watcher = Mutex<@Sendable (Int, Moment) async -> Void>({ _, _ in })
  private let counter = Mutex(0)
  private let port = Mutex(0)
  private let server = Mutex<Task<Void, any Error>?>(nil)

  package struct NotStarted: Error {}

  package init(_ target: String) async throws {
    self.target = target
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    let router = Router()
    for method in [HTTPRequest.Method.get, .post, .patch, .delete] {
      router.on("/**", method: method) { [self] request, _ in try await answer(request) }
    }
    var logger = Logger(label: "proxy")
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

  /// Told of every request that writes, by its number from 1.
  package func watch(_ watcher: @escaping @Sendable (Int, Moment) async -> Void) {
    counter.withLock { $0 = 0 }
    self.watcher.withLock { $0 = watcher }
  }

  private func answer(_ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: 8 << 20)
    let writes = request.method != .get
    let number =
      writes
      ? counter.withLock {
        $0 += 1
        return $0
      } : 0
    let watcher = watcher.withLock { $0 }
    if writes { await watcher(number, .before) }
    let answer = try await forwarding.send(
      request.method.rawValue, target + request.uri.string,
      headers: request.headers.compactMap { field in
        let name = field.name.canonicalName
        return name.hasPrefix("x-vault") || name == "content-type" ? (name, field.value) : nil
      }, body: body.readableBytes > 0 ? Array(body.readableBytesView) : nil)
    if writes { await watcher(number, .after) }
    var headers = HTTPFields()
    for (name, value) in answer.headers where name.hasPrefix("x-vault") || name == "content-type" {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return Response(
      status: .init(code: answer.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
