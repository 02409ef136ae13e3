private import FlyingSocks
private import FoundationEssentials

/// A page on this machine to which the service redirects the browser (RFC 8252 section 7.3): on
/// 127.0.0.1 only, for one path.
package struct LoopbackListener: Sendable {
  package struct NotStarted: Error, Hashable, Sendable { package let reason: String }

  private let path: String
  private let queries: AsyncStream<String>
  private let socket: LoopbackSocket

  /// - Parameters:
  ///   - path: the only one that exists; all others are not found.
  ///   - port: 0 for any free one.
  ///   - page: what the browser shows after the redirect; HTML.
  package init(path: String, port: Int = 0, page: String) async throws(NotStarted) {
    let (queries, continuation) = AsyncStream.makeStream(of: String.self)
    self.queries = queries
    self.path = path
    do throws(LoopbackSocket.NotStarted) {
      socket = try await LoopbackSocket(port: UInt16(port)) { connection, _ in
        if let query = await Self.query(from: connection, path: path, page: page) {
          continuation.yield(query)
        }
      }
    } catch {
      throw NotStarted(reason: "cannot listen on 127.0.0.1")
    }
  }

  /// The URL that the service redirects the browser to.
  package var url: String { "http://127.0.0.1:\(socket.port)\(path)" }

  /// The query of the first redirect, without `?`; `nil` if the task is cancelled first.
  package func query() async -> String? {
    var iterator = queries.makeAsyncIterator()
    return await iterator.next()
  }

  package func end() async { await socket.end() }

  // MARK: One connection

  /// Reads one request and responds to it.
  ///
  /// - Returns: the query of a request for the path.
  private static func query(
    from connection: AsyncSocket, path: String, page: String
  ) async -> String? {
    let received = await connection.received { await LoopbackServer.request(from: $0) }
    guard let received else { return nil }
    guard case .success(let request) = received else {
      await LoopbackServer.send(ServerResponse(.badRequest, "bad request"), connection)
      return nil
    }
    let isRedirect = request.head.method == "GET" && request.head.path == path
    // The page has been sent before anyone ends the listener.
    await LoopbackServer.send(
      isRedirect
        ? ServerResponse(.ok, type: "text/html; charset=utf-8", body: .bytes(Array(page.utf8)))
        : ServerResponse(.notFound, "not found"), connection)
    return isRedirect ? request.head.query ?? "" : nil
  }
}
