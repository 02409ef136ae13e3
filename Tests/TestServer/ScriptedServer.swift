import Synchronization

/// A TCP server on a free port of this machine that sends what a test writes, for the corner cases
/// of an HTTP client.
package final class ScriptedServer: Sendable {
  /// What the threads of connections share with the server, which they must not keep alive.
  private final class Log: Sendable {
    let connectionCount = Mutex(0)
    let requests = Mutex<[String]>([])
  }

  private let host: LoopbackHost
  private let listener: Listener
  private let log: Log

  /// - Parameter script: runs for each connection, on a thread of its own that it may block. The
  ///   connection closes when it returns or throws.
  package init(
    on host: LoopbackHost = .ipv4, _ script: @escaping @Sendable (Connection) throws -> Void
  ) throws {
    let log = Log()
    self.host = host
    self.log = log
    listener = try Listener(on: host) { socket, _ in
      let number = log.connectionCount.withLock {
        $0 += 1
        return $0
      }
      try script(
        Connection(number: number, socket) { head in log.requests.withLock { $0.append(head) } })
    }
  }

  /// Closes the port and all connections; scripts that read from them see the end of the stream.
  package func end() { listener.end() }
  deinit { end() }

  package var port: Int { listener.port }
  package var address: String { host.address(port: port) }
  package var connectionCount: Int { log.connectionCount.withLock { $0 } }
  /// The heads of all requests that scripts have read, in the order of reading.
  package var requests: [String] { log.requests.withLock { $0 } }
}
