import Pages
import Serving

/// What `serve` answers to each request.
struct PageRoutes: Sendable {
  let access: PageAccess
  let live: LivePage
  /// Whether metrics are answered without the link's cookie.
  let opensMetrics: Bool
  /// `nil`: nothing can be changed.
  let writer: PageWriter?

  /// By path, as in `schemas/serve.openapi.json`.
  private enum Route: String {
    case page = "/"
    case health = "/healthz"
    case metrics = "/metrics"
    case data = "/api/v1/page"
    case events = "/api/v1/events"
  }

  func response(to request: ServerRequest, port: UInt16) async -> ServerResponse {
    let head = request.head
    let route = Route(rawValue: head.path)
    switch access.verdict(on: head, port: port) {
    case .refused(.unauthorized, _) where route == .health: break
    case .refused(.unauthorized, _) where route == .metrics && opensMetrics: break
    case .refused(let status, let reason): return ServerResponse(status, reason)
    case .exchanged(let cookie):
      var response = ServerResponse(.seeOther, "see /")
      response.fields = ["Location": "/", "Set-Cookie": cookie]
      return response
    case .granted: break
    }
    if let route = PageWriteRoutes.Route(rawValue: head.path) {
      guard let writer, route.methods.contains(head.method) else {
        return .notAllowed(route.methods.joined(separator: ", "))
      }
      guard head.method == "GET" || access.mayWrite(head) else {
        return ServerResponse(.forbidden, "only the page itself can change something")
      }
      return await PageWriteRoutes(writer: writer).response(to: request, at: route)
    }
    guard let route else { return ServerResponse(.notFound, "not found") }
    guard ["GET", "HEAD"].contains(head.method) else { return .notAllowed("GET, HEAD") }
    switch route {
    case .page: return await page()
    case .health: return ServerResponse(.ok, "ok")
    case .metrics: return .metrics(await live.metrics())
    case .data:
      return ServerResponse(
        .ok, type: "application/json",
        body: .bytes(Array(await live.current().json.utf8)))
    case .events:
      guard head.method == "GET", let events = await live.events() else {
        return ServerResponse(.unavailable, "too many browsers wait for changes")
      }
      return ServerResponse(.ok, type: "text/event-stream", body: .events(events))
    }
  }

  private func page() async -> ServerResponse {
    let page = await live.current()
    return ServerResponse(
      .ok, type: "text/html; charset=utf-8",
      fields: ["Content-Security-Policy": page.policy + "; frame-ancestors 'none'"],
      body: .bytes(Array(page.html.utf8)))
  }
}
