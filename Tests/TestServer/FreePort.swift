import Synchronization
import TestSupport

/// Those that were given out: a server that has one may not listen yet, or be between two starts.
private let given = Mutex<Set<Int>>([])

/// A port that nothing listens on and that nobody else in this process was given, below those that the system
/// gives to outgoing connections.
package func freePort() async throws -> Int {
  for _ in 0..<1000 {
    let port = Int.random(in: 10_000..<32_000)
    guard given.withLock({ $0.insert(port).inserted }) else { continue }
    // Only a try: the socket closes when it is discarded.
    if (try? TCPSocket(listeningOn: .ipv4, port: port)) != nil { return port }
  }
  throw NotInTime(description: "no free port among 1000")
}
