private import FlyingSocks
private import FoundationEssentials
private import Glibc

/// A page on this machine to which the service redirects the browser (RFC 8252 section 7.3): on
/// 127.0.0.1 only, for one path.
///
/// FlyingFox's server is not used: it links Foundation's networking, and with it libcurl, into every
/// start of the program, has no limits, and leaves malformed requests without a response.
package struct LoopbackListener: Sendable {
  package struct NotStarted: Error, Hashable, Sendable { package let reason: String }

  private let port: UInt16
  private let path: String
  private let queries: AsyncStream<String>
  private let server: Task<Void, any Error>

  /// - Parameters:
  ///   - path: the only one that exists; all others are not found.
  ///   - port: 0 for any free one.
  ///   - page: what the browser shows after the redirect; HTML.
  package init(path: String, port: Int = 0, page: String) async throws(NotStarted) {
    let (queries, continuation) = AsyncStream.makeStream(of: String.self)
    self.queries = queries
    self.path = path
    do {
      let pool: some AsyncSocketPool = .make()
      let socket = try Socket(domain: AF_INET)
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: .inet(ip4: "127.0.0.1", port: UInt16(port)))
      try socket.listen()
      guard case .ip4(_, let port) = try socket.sockname() else {
        throw NotStarted(reason: "cannot listen on 127.0.0.1")
      }
      self.port = port
      try await pool.prepare()
      let listening = try AsyncSocket(socket: socket, pool: pool)
      server = Task {
        defer { try? listening.close() }
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await pool.run() }
          for try await connection in listening.sockets {
            group.addTask {
              if let query = await Self.query(from: connection, path: path, page: page) {
                continuation.yield(query)
              }
            }
          }
        }
      }
    } catch {
      throw NotStarted(reason: "cannot listen on 127.0.0.1")
    }
  }

  /// The URL that the service redirects the browser to.
  package var url: String { "http://127.0.0.1:\(port)\(path)" }

  /// The query of the first redirect, without `?`; `nil` if the task is cancelled first.
  package func query() async -> String? {
    var iterator = queries.makeAsyncIterator()
    return await iterator.next()
  }

  package func end() async {
    server.cancel()
    _ = await server.result
  }

  // MARK: One connection

  /// Bytes of a request's head, and seconds to receive it.
  private static let headLimit = 16 << 10
  private static let headSeconds = 10

  /// Reads one request, responds to it and closes the connection.
  ///
  /// - Returns: the query of a request for the path.
  private static func query(
    from connection: AsyncSocket, path: String, page: String
  ) async -> String? {
    defer { try? connection.close() }
    guard let head = await head(from: connection) else { return nil }
    let request = head.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
    let isHTTP = request.count == 3 && request[2].hasPrefix("HTTP/1.")
    let target = isHTTP ? request[1].split(separator: "?", maxSplits: 1) : []
    let isRedirect = isHTTP && request[0] == "GET" && target.first.map(String.init) == path
    let response =
      if isRedirect {
        Self.response("200 OK", page)
      } else if isHTTP {
        Self.response("404 Not Found", "not found\n")
      } else {
        Self.response("400 Bad Request", "bad request\n")
      }
    // The page has been sent before anyone ends the listener.
    try? await connection.write(Data(response.utf8))
    return isRedirect ? target.dropFirst().first.map(String.init) ?? "" : nil
  }

  /// A request's head; `nil` if it is too long, or does not arrive in time.
  private static func head(from connection: AsyncSocket) async -> String? {
    await withTaskGroup(of: String?.self) { group in
      group.addTask {
        var bytes: [UInt8] = []
        while bytes.count < headLimit,
          let more = try? await connection.bytes.nextBuffer(suggested: 4096)
        {
          bytes += more
          let text = String(decoding: bytes, as: UTF8.self)
          if text.contains("\r\n\r\n") || text.contains("\n\n") { return text }
        }
        return nil
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(headSeconds))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  private static func response(_ status: String, _ text: String) -> String {
    [
      "HTTP/1.1 \(status)", "Content-Type: text/html; charset=utf-8",
      "Content-Length: \(text.utf8.count)", "Cache-Control: no-store",
      "Referrer-Policy: no-referrer", "Connection: close", "", text,
    ].joined(separator: "\r\n")
  }
}
