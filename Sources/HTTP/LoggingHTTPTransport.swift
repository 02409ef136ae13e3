package import Logging

/// Logs every request and its response, without any value in them.
///
/// `info`: method, URL, status, milliseconds. `debug`: the headers' names, and the values of those
/// that can hold no secret. `trace`: the bodies' shape, in which every value is `…`.
package struct LoggingHTTPTransport: HTTPTransport {
  private let http: any HTTPTransport
  private let logger: Logger

  package init(_ http: any HTTPTransport, logger: Logger) {
    self.http = http
    self.logger = logger
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    guard logger.logLevel <= .info else { return try await http.send(request) }
    let what = "\(request.method.rawValue) \(Self.shown(url: request.url))"
    logger.debug("\(what): \(Self.shown(request.headers))")
    if let body = request.body { logger.trace("\(what): \(BodyShape.of(body))") }
    let clock = ContinuousClock()
    let start = clock.now
    func elapsed() -> String { "\((clock.now - start) / .milliseconds(1)) ms" }
    do throws(HTTPFailure) {
      let response = try await http.send(request)
      logger.info("\(what): \(response.status), \(elapsed())")
      let headers = response.headers.sorted { $0.key < $1.key }.map {
        (name: $0.key, value: $0.value)
      }
      logger.debug("\(what): \(response.status), \(Self.shown(headers))")
      logger.trace("\(what): \(response.status), \(BodyShape.of(response.body))")
      return response
    } catch {
      logger.info("\(what): no response, \(elapsed()): \(error.reason)")
      throw error
    }
  }

  /// Headers whose values are logged.
  private static let plainHeaders: Set<String> = [
    "accept", "cache-control", "content-length", "content-type", "date", "retry-after", "server",
    "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-vault-inconsistent",
    "x-vault-index", "x-vault-namespace",
  ]
  /// Query parameters whose values are logged.
  private static let plainParameters: Set<String> = [
    "after", "include_totals", "limit", "list", "page", "per_page", "version",
  ]

  private static func shown(_ headers: [(name: String, value: String)]) -> String {
    headers.map { name, value in
      plainHeaders.contains(name.lowercased()) ? "\(name): \(value)" : "\(name): …"
    }.joined(separator: ", ")
  }

  private static func shown(url: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1)
    guard parts.count == 2 else { return url }
    let query = parts[1].split(separator: "&").map { parameter in
      let name = parameter.prefix { $0 != "=" }
      return plainParameters.contains(String(name)) ? String(parameter) : "\(name)=…"
    }
    return "\(parts[0])?\(query.joined(separator: "&"))"
  }
}
