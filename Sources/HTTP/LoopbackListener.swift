import NIOCore
import NIOHTTP1
import NIOPosix

/// A page on this machine to which the service redirects the browser (RFC 8252 section 7.3): on
/// 127.0.0.1 only, for one path.
package struct LoopbackListener: Sendable {
  package struct NotStarted: Error, Hashable, Sendable { package let reason: String }

  private let channel: any Channel
  private let queries: AsyncStream<String>
  private let path: String

  /// - Parameters:
  ///   - path: the only one that exists; all others are not found.
  ///   - page: what the browser shows after the redirect; HTML.
  package init(
    path: String, port: Int = 0, page: String
  ) async throws(NotStarted) {
    let (queries, continuation) = AsyncStream.makeStream(of: String.self)
    self.queries = queries
    self.path = path
    do {
      channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 16)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(
              RedirectHandler(path: path, page: page) { continuation.yield($0) })
          }
        }.bind(host: "127.0.0.1", port: port).get()
    } catch {
      throw NotStarted(reason: "cannot listen on 127.0.0.1")
    }
  }

  /// The URL that the service redirects the browser to.
  package var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)\(path)" }

  /// The query of the first redirect, without `?`; `nil` if the task is cancelled first.
  package func query() async -> String? {
    var iterator = queries.makeAsyncIterator()
    return await iterator.next()
  }

  package func end() async { try? await channel.close() }
}

/// Answers one connection's requests.
private final class RedirectHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let path: String
  private let page: String
  private let found: @Sendable (String) -> Void
  private var head: HTTPRequestHead?

  init(path: String, page: String, found: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.page = page
    self.found = found
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end: respond(context)
    }
  }

  private func respond(_ context: ChannelHandlerContext) {
    guard let head else { return }
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let isOurs = head.method == .GET && parts.first.map(String.init) == path
    let text = isOurs ? page : "not found\n"
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: "text/html; charset=utf-8")
    headers.add(name: "Content-Length", value: "\(text.utf8.count)")
    headers.add(name: "Cache-Control", value: "no-store")
    headers.add(name: "Referrer-Policy", value: "no-referrer")
    headers.add(name: "Connection", value: "close")
    context.write(
      wrapOutboundOut(
        .head(
          HTTPResponseHead(
            version: .http1_1, status: isOurs ? .ok : .notFound, headers: headers))),
      promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if isOurs { found(parts.count > 1 ? String(parts[1]) : "") }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
