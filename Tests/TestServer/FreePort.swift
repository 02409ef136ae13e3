import TestSupport

/// A port that nothing listens on, below those that the system gives to outgoing connections.
package func freePort() async throws -> Int {
  for _ in 0..<100 {
    let port = Int.random(in: 10_000..<32_000)
    // Only a try: the socket closes when it is discarded.
    if (try? TCPSocket(listeningOn: .ipv4, port: port)) != nil { return port }
  }
  throw NotInTime(description: "no free port among 100")
}
