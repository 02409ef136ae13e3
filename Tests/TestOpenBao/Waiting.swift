import NIOCore
import NIOPosix

/// What did not come about in time, and what was seen last.
package struct NotInTime: Error, CustomStringConvertible {
  package let description: String
}

/// Asks again, 20 times a second, until something is so.
package func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ claim: () throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try !claim() {
    guard ContinuousClock.now < end else {
      throw NotInTime(description: "\(what): not in \(limit)")
    }
    try await Task.sleep(for: .milliseconds(50))
  }
}

/// A port that nothing listens on, below those that the system gives to outgoing connections.
func freePort() async throws -> Int {
  for _ in 0..<100 {
    let port = Int.random(in: 10_000..<32_000)
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else {
      continue
    }
    try await channel.close()
    return port
  }
  throw NotInTime(description: "no free port among 100")
}
