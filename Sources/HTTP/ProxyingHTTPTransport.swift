/// The network, with the proxy that the environment names for each host.
package struct ProxyingHTTPTransport: HTTPTransport {
  private let direct: LiveHTTPTransport
  private let proxied: [ProxyAddress: LiveHTTPTransport]
  private let environment: [String: String]

  package init(environment: [String: String], limits: HTTPLimits = HTTPLimits()) {
    direct = LiveHTTPTransport(limits: limits)
    self.environment = environment
    let unlisted = environment.filter { $0.key.lowercased() != "no_proxy" }
    let proxies = Set(
      ["https", "http"].compactMap { ProxyAddress.of("\($0)://x.invalid", environment: unlisted) })
    proxied = Dictionary(proxies.map { ($0, LiveHTTPTransport(proxy: $0, limits: limits)) }) { $1 }
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let proxy = ProxyAddress.of(request.url, environment: environment)
    return try await (proxy.flatMap { proxied[$0] } ?? direct).send(request)
  }
}
