import Foundation
import Glibc
import HTTP
import TestServer
import TestSupport
import Testing

/// What the client takes from the process, and gives back.
@Suite(.serialized) struct ResourceTests {
  private func echo() throws -> ScriptedServer {
    try ScriptedServer { connection in
      while try connection.readRequest() != nil {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
  }

  @Test func aThousandRequestsAtSixtyFourAtOnce() async throws {
    let server = try echo()
    defer { server.end() }
    let http = LiveHTTPTransport()
    let statuses = await withTaskGroup(of: Int.self) { group in
      var statuses: [Int] = []
      for number in 0..<1000 {
        if number >= 64, let status = await group.next() { statuses.append(status) }
        group.addTask {
          let request = HTTPRequest(.post, server.address + "/\(number)", body: [1, 2, 3])
          return (try? await http.send(request).status) ?? 0
        }
      }
      for await status in group { statuses.append(status) }
      return statuses
    }
    #expect(statuses == Array(repeating: 200, count: 1000))
    #expect(server.requests.count == 1000)
    #expect(server.connectionCount <= 64)
  }

  /// Its host's name may have another address by then.
  @Test func aConnectionThatIsNeverIdleIsReplacedInTime() async throws {
    let server = try echo()
    defer { server.end() }
    let http = LiveHTTPTransport(limits: HTTPLimits(connectionSeconds: 1))
    try await eventually("another connection", every: .milliseconds(300)) {
      let isOther = server.connectionCount > 1
      let response = try? await http.send(HTTPRequest(.get, server.address))
      #expect(response?.status == 200)
      return isOther
    }
    #expect(sockets(to: server.port).count == 1, "the former one is closed")
  }

  @Test func aTransportThatIsGoneLeavesNoConnection() async throws {
    let server = try echo()
    defer { server.end() }
    for _ in 1...50 {
      _ = try await LiveHTTPTransport().send(HTTPRequest(.get, server.address))
    }
    #expect(sockets(to: server.port).isEmpty)
  }

  @Test func aConnectionIsNotInheritedByChildren() async throws {
    let server = try echo()
    defer { server.end() }
    let http = LiveHTTPTransport()
    _ = try await http.send(HTTPRequest(.get, server.address))
    let sockets = sockets(to: server.port)
    #expect(sockets.count == 1)
    for socket in sockets { #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0) }
    _ = try await http.send(HTTPRequest(.get, server.address))
    #expect(server.connectionCount == 1)
  }

  /// The descriptors of this process that are connected to a port of 127.0.0.1.
  private func sockets(to port: Int) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.filter { descriptor in
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isConnected = unsafe withUnsafeMutableBytes(of: &address) { bytes in
        unsafe getpeername(
          descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size) == 0
      }
      return isConnected && address.sin_family == AF_INET
        && UInt16(bigEndian: address.sin_port) == UInt16(port)
    }
  }
}
