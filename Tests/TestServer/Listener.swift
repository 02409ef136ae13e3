import Foundation
import Synchronization

/// Accepts connections on a loopback address and serves each on a thread of its own.
///
/// It uses no tasks, because tests block the few threads that tasks run on.
final class Listener: Sendable {
  private struct Waits {
    var isOver = false
    var count = 0
    /// By number, in the order in which the waits began.
    var interrupts: [Int: @Sendable () -> Void] = [:]
  }

  let port: Int
  private let socket: TCPSocket
  private let waits = Mutex(Waits())

  /// - Parameter serve: is called for each connection, which closes when it returns or throws.
  init(
    on host: LoopbackHost, _ serve: @escaping @Sendable (TCPSocket, Listener) throws -> Void
  ) throws {
    socket = try TCPSocket(listeningOn: host)
    port = try socket.port()
    Thread.detachNewThread { [self] in
      while let connection = try? socket.accept() {
        Thread.detachNewThread { [self] in
          // An error concerns this connection alone: the peer has left or does not send HTTP.
          wait(interrupt: { connection.interrupt() }) { try? serve(connection, self) }
          connection.close()
        }
      }
      socket.close()
    }
  }

  /// Closes the port and all connections. Their threads end soon after, without being waited for.
  func end() {
    socket.interrupt()
    let interrupts = waits.withLock { waits in
      waits.isOver = true
      // In their order, so that a connection is closed before the cancelled answer becomes a 500.
      return waits.interrupts.sorted { $0.key < $1.key }
    }
    for (_, interrupt) in interrupts { interrupt() }
  }

  /// Runs a closure that waits for something.
  ///
  /// - Parameter interrupt: ends the wait; it is called when the server ends, or at once if it has
  ///   ended already.
  func wait(interrupt: @escaping @Sendable () -> Void, _ body: () -> Void) {
    let (number, isOver) = waits.withLock { waits in
      waits.count += 1
      waits.interrupts[waits.count] = interrupt
      return (waits.count, waits.isOver)
    }
    if isOver { interrupt() }
    body()
    waits.withLock { _ = $0.interrupts.removeValue(forKey: number) }
  }
}
