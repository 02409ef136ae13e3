import Foundation
import Synchronization
import TestSupport

/// An HTTP/1.1 server on a free port of this machine, on threads of its own.
///
/// FlyingFox's server will not do: it runs handlers in unstructured tasks, which do not inherit an
/// executor preference, so that it answers nothing while tests block the threads of tasks.
package final class LoopbackServer: Sendable {
  private let listener: Listener

  /// - Parameter answer: answers every request, of any method and path. An error becomes a 500.
  package init(
    _ answer: @escaping @Sendable (ServerRequest) async throws -> ServerResponse
  ) async throws {
    listener = try Listener(on: .ipv4) { connection, listener in
      var reader = RequestReader(connection)
      while let request = try reader.next() {
        let response = Self.response(to: request, answer, listener)
        try connection.send(response.encoded(for: request))
        guard response.keepsConnection(after: request) else { return }
      }
    }
  }

  /// Closes the port and all connections, and cancels the answers that are not sent yet.
  package func end() { listener.end() }
  deinit { end() }

  package var address: String { LoopbackHost.ipv4.address(port: listener.port) }

  /// Runs the answer on the threads that all servers of tests share, while the connection's own
  /// thread waits for it.
  private static func response(
    to request: ServerRequest,
    _ answer: @escaping @Sendable (ServerRequest) async throws -> ServerResponse,
    _ listener: Listener
  ) -> ServerResponse {
    let response = Mutex<ServerResponse>(.whole(status: 500))
    let isDone = DispatchSemaphore(value: 0)
    let task = Task(executorPreference: ServerThreads.shared) {
      if let found = try? await answer(request) { response.withLock { $0 = found } }
      isDone.signal()
    }
    listener.wait(interrupt: { task.cancel() }) { isDone.wait() }
    return response.withLock { $0 }
  }
}
