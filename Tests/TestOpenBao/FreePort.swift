import NIOCore
import NIOPosix
import TestSupport

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
