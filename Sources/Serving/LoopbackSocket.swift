import FlyingSocks
import FoundationEssentials
import Glibc

/// A socket that accepts connections on 127.0.0.1 alone, each of which is served in a task of its own.
///
/// FlyingFox's server is not used: it links Foundation's networking, and with it libcurl, into every
/// start of the program, has no limits, and leaves malformed requests without a response.
struct LoopbackSocket: Sendable {
  struct NotStarted: Error, Hashable {}

  let port: UInt16
  private let server: Task<Void, any Error>

  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - serve: responds to one connection, with the port; the connection is closed after it.
  init(
    port: UInt16, serve: @escaping @Sendable (AsyncSocket, UInt16) async -> Void
  ) async throws(NotStarted) {
    do {
      let pool: some AsyncSocketPool = .make()
      let socket = try Socket(domain: AF_INET)
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: .inet(ip4: "127.0.0.1", port: port))
      try socket.listen()
      guard case .ip4(_, let port) = try socket.sockname() else { throw NotStarted() }
      self.port = port
      try await pool.prepare()
      let listening = try AsyncSocket(socket: socket, pool: pool)
      server = Task {
        defer { try? listening.close() }
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await pool.run() }
          try await AcceptLoop.run {
            try await listening.accept()
          } pause: {
            try await Task.sleep(for: .milliseconds(100))
          } serve: { connection in
            group.addTask {
              await serve(connection, port)
              try? connection.close()
            }
          }
        }
      }
    } catch {
      throw NotStarted()
    }
  }

  func end() async {
    server.cancel()
    _ = await server.result
  }
}

extension AsyncSocket {
  /// Seconds within which a request must be received.
  private static var receiveSeconds: Int { 10 }

  /// Receives a request; `nil` if it does not arrive in time.
  func received<Request: Sendable>(
    by read: @escaping @Sendable (AsyncSocket) async -> Request?
  ) async -> Request? {
    await withTaskGroup(of: Request?.self) { group in
      group.addTask { await read(self) }
      group.addTask {
        try? await Task.sleep(for: .seconds(Self.receiveSeconds))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  /// Sends bytes.
  ///
  /// - Returns: whether the peer took all of them in time.
  func isSent(_ data: Data, within limit: Duration) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await self.write(data)) != nil }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      let isSent = await group.next() ?? false
      group.cancelAll()
      return isSent
    }
  }

  /// Some bytes; `nil` at the end.
  func chunk() async -> [UInt8]? {
    guard let bytes = try? await read(atMost: 4096), !bytes.isEmpty else { return nil }
    return bytes
  }
}
