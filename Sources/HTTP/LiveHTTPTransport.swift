import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The network, by async-http-client: HTTP/1.1 and 2, pooled, TLS verified, no redirects followed.
package struct LiveHTTPTransport: HTTPTransport {
  private let owner: Owner
  private let limits: HTTPLimits

  /// - Parameters:
  ///   - proxy: as `ProxyAddress.of` finds it.
  ///   - authorities: a file of certificates (PEM) that are trusted besides the system's.
  package init(
    proxy: ProxyAddress? = nil, authorities: String? = nil, limits: HTTPLimits = HTTPLimits()
  ) {
    self.limits = limits
    var configuration = HTTPClient.Configuration()
    if let authorities {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.additionalTrustRoots = [.file(authorities)]
      configuration.tlsConfiguration = tls
    }
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(
      connect: .seconds(limits.connectSeconds), read: .seconds(limits.responseSeconds))
    configuration.proxy = proxy.map { .server(host: $0.host, port: $0.port) }
    configuration.tracing.tracer = nil
    // Callers retry themselves, and know for how long.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(CoalescingFlushHandler(), position: .first)
      }
    }
    // One loop: several would hand requests to one another, and a few connections do not fill one.
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    owner = Owner(HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration))
  }

  /// Shuts the client down with its last owner; async-http-client traps on a client that is only
  /// released.
  private final class Owner: Sendable {
    let client: HTTPClient
    init(_ client: HTTPClient) { self.client = client }
    deinit {
      let client = client
      DispatchQueue.global().async { try? client.syncShutdown() }
    }
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    do {
      let outgoing = try HTTPClient.Request(
        url: request.url, method: HTTPMethod(rawValue: request.method.rawValue),
        headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
        body: request.body.map { .byteBuffer(ByteBuffer(bytes: $0)) })
      let task = owner.client.execute(
        request: outgoing,
        delegate: ResponseAccumulator(request: outgoing, maxBodySize: limits.body),
        deadline: .now() + .seconds(limits.responseSeconds))
      let response = try await withTaskCancellationHandler {
        try await task.get()
      } onCancel: {
        task.cancel()
      }
      return HTTPResponse(
        status: Int(response.status.code),
        headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
        body: response.body.map { Array($0.readableBytesView) } ?? [])
    } catch {
      throw Self.failure(error)
    }
  }

  private static func failure(_ error: any Error) -> HTTPFailure {
    if error is ResponseAccumulator.ResponseTooBigError { return .tooLarge }
    if let error = error as? HTTPClientError {
      let unsent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .emptyHost,
        .emptyScheme, .invalidURL, .proxyAuthenticationRequired,
      ]
      let reason = error.shortDescription
      return unsent.contains(error) ? .notConnected(reason) : .noResponse(reason)
    }
    if let error = error as? NIOSSLError {
      if case .handshakeFailed = error { return .untrusted("the TLS handshake failed") }
      return .noResponse("the TLS connection was closed")
    }
    if let error = error as? NIOConnectionError {
      let causes = error.connectionErrors.map { "\($0.error)" }
      return .notConnected(
        "cannot connect to \(error.host):\(error.port)" + (causes.first.map { ": \($0)" } ?? ""))
    }
    if let error = error as? IOError {
      return error.errnoCode == ECONNREFUSED
        ? .notConnected("the connection was refused") : .noResponse("the connection was closed")
    }
    return .noResponse("the connection was closed (\(type(of: error)))")
  }
}
