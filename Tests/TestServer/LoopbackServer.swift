import Foundation
import HTTPTypes
package import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TestSupport

/// An HTTP server on a free port of this machine, on threads of its own.
///
/// It is the framework's server without its application: that one dates answers by a clock that it
/// moves in a task, and where tests keep the machine busy, answers are dated minutes ago.
package final class LoopbackServer: Sendable {
  private let port: Int
  private let task: Task<Void, any Error>

  package struct NotStarted: Error {}

  /// - Parameter answer: to every request of any method and path.
  package init(
    _ answer: @escaping @Sendable (Request) async throws -> Response
  ) async throws {
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "loopback")
    logger.logLevel = .critical
    let server = try HTTPServerBuilder.http1().buildServer(
      configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
    ) { request, writer, _ in
      var response: Response
      do {
        response = try await answer(request)
      } catch {
        response = Response(status: .internalServerError)
      }
      response.headers[.date] = Self.dates.string(from: Date())
      try await writer.write(response: response.head, body: response.body)
    } onServerRunning: { channel in
      ready.yield(channel.localAddress?.port ?? 0)
    }
    task = Task(executorPreference: ServerThreads.shared) { try await server.run() }
    var iterator = ports.makeAsyncIterator()
    guard let found = await iterator.next(), found > 0 else {
      task.cancel()
      throw NotStarted()
    }
    port = found
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
  private static let dates = {
    let form = DateFormatter()
    form.locale = Locale(identifier: "en_US_POSIX")
    form.timeZone = .gmt
    form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return form
  }()

  package func end() { task.cancel() }
  deinit { end() }

  package var address: String { "http://127.0.0.1:\(port)" }
}
