import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The network, by async-http-client: HTTP/1.1 and 2, pooled, TLS verified, no redirects followed.
package struct LiveHTTP: HTTP {
  private let owner: Owner
  private let limits: HTTPLimits

  /// - Parameters:
  ///   - proxy: as `ProxyAddress.of` finds it.
  ///   - authorities: a file of certificates (PEM) that are trusted beside the system's.
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
      connect: .seconds(limits.connectSeconds), read: .seconds(limits.answerSeconds))
    configuration.proxy = proxy.map { .server(host: $0.host, port: $0.port) }
    configuration.tracing.tracer = nil
    owner = Owner(
      HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration))
  }

  /// Ends the connections when nobody sends any more; a client must not just be let go.
  private final class Owner: Sendable {
    let client: HTTPClient
    init(_ client: HTTPClient) { self.client = client }
    deinit {
      let client = client
      DispatchQueue.global().async { try? client.syncShutdown() }
    }
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
    for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
    if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
    do {
      let answer = try await owner.client.execute(
        outgoing, timeout: .seconds(limits.answerSeconds))
      let body = try await answer.body.collect(upTo: limits.body)
      return HTTPResponse(
        status: Int(answer.status.code),
        headers: Dictionary(answer.headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
        body: Array(body.readableBytesView))
    } catch {
      throw Self.failure(error)
    }
  }

  private static func failure(_ error: any Error) -> HTTPFailure {
    if error is NIOTooManyBytesError { return .tooLarge }
    if let error = error as? HTTPClientError {
      let unsent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .emptyHost,
        .emptyScheme, .invalidURL, .proxyAuthenticationRequired,
      ]
      let reason = error.shortDescription
      return unsent.contains(error) ? .notConnected(reason) : .noAnswer(reason)
    }
    if let error = error as? NIOSSLError {
      if case .handshakeFailed = error { return .untrusted("the TLS handshake failed") }
      return .noAnswer("the TLS connection broke")
    }
    if let error = error as? NIOConnectionError {
      let causes = error.connectionErrors.map { "\($0.error)" }
      return .notConnected(
        "cannot connect to \(error.host):\(error.port)" + (causes.first.map { ": \($0)" } ?? ""))
    }
    if let error = error as? IOError {
      return error.errnoCode == ECONNREFUSED
        ? .notConnected("the connection was refused") : .noAnswer("the connection broke")
    }
    return .noAnswer("the connection broke (\(type(of: error)))")
  }
}
