import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

/// An HTTP server on a free port of this machine, on threads of its own.
package final class LoopbackServer: Sendable {
  private let port: Int
  private let task: Task<Void, any Error>

  package struct NotStarted: Error {}

  /// - Parameter answer: to every request, whatever its method and path.
  package init(
    _ answer: @escaping @Sendable (Request) async throws -> Response
  ) async throws {
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    let router = Router()
    for method in [HTTPRequest.Method.get, .post, .patch, .delete] {
      router.on("/**", method: method) { request, _ in try await answer(request) }
    }
    var logger = Logger(label: "loopback")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in ready.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    task = Task(executorPreference: ServerThreads.shared) {
      try await application.runService(gracefulShutdownSignals: [])
    }
    var iterator = ports.makeAsyncIterator()
    guard let found = await iterator.next(), found > 0 else {
      task.cancel()
      throw NotStarted()
    }
    port = found
  }

  package func end() { task.cancel() }
  deinit { end() }

  package var address: String { "http://127.0.0.1:\(port)" }
}
