import Synchronization

/// A server that nobody is meant to call: it notes whatever it is sent, and closes the connection.
package final class UninvitedListener: Sendable {
  private let listener: Listener
  private let received: Box

  private final class Box: Sendable {
    let texts = Mutex<[String]>([])
  }

  package init() throws {
    let received = Box()
    self.received = received
    listener = try Listener(on: .ipv4) { connection, _ in
      received.texts.withLock { $0.append("a connection") }
      let bytes = try connection.receive()
      received.texts.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
    }
  }

  package func end() { listener.end() }
  deinit { end() }

  package var address: String { LoopbackHost.ipv4.address(port: listener.port) }

  /// An entry for each connection, and one for what it sent.
  package var heard: [String] { received.texts.withLock { $0 } }
}
