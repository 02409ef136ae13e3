import FoundationEssentials

/// An HTTP proxy from the environment, by curl's rules.
package struct ProxyAddress: Hashable, Sendable {
  package let host: String
  package let port: Int

  /// The proxy for a URL: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, in either case; none if
  /// `NO_PROXY` lists the host, a domain that it is in, or `*`.
  package static func of(_ url: String, environment: [String: String]) -> ProxyAddress? {
    guard let target = URL(string: url), let host = target.host?.lowercased() else { return nil }
    func variable(_ name: String) -> String? {
      environment[name.lowercased()] ?? environment[name.uppercased()]
    }
    let exceptions = (variable("no_proxy") ?? "").lowercased()
      .split { $0 == "," || $0 == " " }.map(String.init)
    let isExcepted = exceptions.contains { exception in
      let domain = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
      return exception == "*" || host == domain || host.hasSuffix("." + domain)
    }
    // Like curl, `HTTP_PROXY` in upper case is not trusted: CGI sets it from a request header.
    let text = target.scheme == "https" ? variable("https_proxy") : environment["http_proxy"]
    guard !isExcepted, let text, !text.isEmpty,
      let proxy = URL(string: text.contains("://") ? text : "http://" + text),
      let name = proxy.host
    else { return nil }
    return ProxyAddress(host: name, port: proxy.port ?? 8080)
  }
}
