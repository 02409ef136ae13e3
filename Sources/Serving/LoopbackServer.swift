import FlyingSocks
private import FoundationEssentials
private import Synchronization

/// An HTTP/1.1 server on 127.0.0.1, one request for each connection.
package struct LoopbackServer: Sendable {
  package struct NotStarted: Error, Hashable, Sendable {}

  /// Of a request, with the server's port.
  package typealias Handler = @Sendable (ServerRequest, UInt16) async -> ServerResponse

  private let socket: LoopbackSocket

  /// Within which a peer must take a response; of a stream, each event.
  package static let sendLimit = Duration.seconds(30)

  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - maxConnections: at once; a further one is closed with 503.
  ///   - handler: is called once the request was received whole, and is one that the server accepts.
  package init(
    port: UInt16, maxConnections: Int = 64, sendLimit: Duration = LoopbackServer.sendLimit,
    handler: @escaping Handler
  ) async throws(NotStarted) {
    let open = ConnectionCount()
    do throws(LoopbackSocket.NotStarted) {
      socket = try await LoopbackSocket(port: port) { connection, port in
        guard open.enter(limit: maxConnections) else {
          return await Self.send(ServerResponse(.unavailable, "too many connections"), connection)
        }
        await Self.serve(connection, within: sendLimit) { await handler($0, port) }
        open.leave()
      }
    } catch {
      throw NotStarted()
    }
  }

  package var port: UInt16 { socket.port }

  package func end() async { await socket.end() }

  private static func serve(
    _ connection: AsyncSocket, within limit: Duration,
    _ handler: (ServerRequest) async -> ServerResponse
  ) async {
    let request = await connection.received { await Self.request(from: $0) }
    switch request {
    case nil: await send(ServerResponse(.timeout, "the request took too long"), connection)
    case .failure(let fault): await send(ServerResponse(fault.status, "refused"), connection)
    case .success(let request):
      await send(
        await handler(request), connection, isHead: request.head.method == "HEAD", within: limit)
    }
  }

  /// `nil` if the connection ends first.
  static func request(
    from connection: AsyncSocket
  ) async -> Result<ServerRequest, RequestHead.Fault>? {
    let end = Array("\r\n\r\n".utf8)
    var bytes: [UInt8] = []
    var searched = 0
    while true {
      if let found = bytes[searched...].firstRange(of: end) {
        do throws(RequestHead.Fault) {
          let head = try RequestHead(bytes[..<found.lowerBound])
          // What follows a request would be another one, which is never answered.
          var body = ReceivedBody(length: head.bodyLength)
          guard body.append(&bytes, from: found.upperBound) else { return .failure(.malformed) }
          while body.count < head.bodyLength {
            guard var more = await connection.chunk() else { return nil }
            guard body.append(&more) else { return .failure(.malformed) }
          }
          return .success(ServerRequest(head: head, body: body.bytes))
        } catch {
          return .failure(error)
        }
      }
      if bytes.count > RequestHead.limit { return .failure(.tooLarge) }
      searched = max(0, bytes.count - end.count + 1)
      guard var more = await connection.chunk() else { return nil }
      bytes += more
      more.wipe()
    }
  }

  /// - Parameter isHead: the body is left out.
  static func send(
    _ response: ServerResponse, _ connection: AsyncSocket, isHead: Bool = false,
    within limit: Duration = LoopbackServer.sendLimit
  ) async {
    let head = Data(response.head.utf8)
    switch response.body {
    case .bytes(let bytes):
      _ = await connection.isSent(head + (isHead ? [] : bytes), within: limit)
    case .events(let events):
      guard await connection.isSent(head, within: limit), !isHead else { return }
      for await event in events {
        guard await connection.isSent(Data(event.utf8), within: limit) else { return }
      }
    }
  }
}

/// How many connections are open.
private final class ConnectionCount: Sendable {
  private let count = Mutex(0)

  /// Whether there is room for one more, which is counted then.
  func enter(limit: Int) -> Bool {
    count.withLock { count in
      if count >= limit { return false }
      count += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}
