import Diagnostics
import Model
import Pacing
import Reports
import Serving
import Synchronization

/// `/metrics` and `/healthz` of a service, on this machine alone.
struct MetricsServer: Sendable {
  private final class Current: Sendable {
    let metrics: Mutex<RenewalMetrics>
    init(_ metrics: RenewalMetrics) { self.metrics = Mutex(metrics) }
  }

  private let current: Current
  private let server: LoopbackServer

  /// - Throws: if the port cannot be listened on.
  init(
    _ address: LoopbackAddress, _ metrics: RenewalMetrics, runtime: Runtime
  ) async throws(Diagnostic) {
    let current = Current(metrics)
    self.current = current
    do throws(LoopbackServer.NotStarted) {
      server = try await LoopbackServer(port: address.port) { request, port in
        let metrics = current.metrics.withLock { $0 }
        return Self.response(to: request.head, metrics, port: port, now: runtime.now())
      }
    } catch {
      throw .portUnavailable(
        Int(address.port), help: "use any free one: --metrics-address 127.0.0.1:0")
    }
  }

  var port: UInt16 { server.port }

  func replace(with metrics: RenewalMetrics) {
    current.metrics.withLock { $0 = metrics }
  }

  func end() async { await server.end() }

  private static func response(
    to head: RequestHead, _ metrics: RenewalMetrics, port: UInt16, now: Timestamp
  ) -> ServerResponse {
    if let refusal = head.refusal(port: port) {
      return ServerResponse(refusal.status, refusal.reason)
    }
    guard ["/metrics", "/healthz"].contains(head.path) else {
      return ServerResponse(.notFound, "not found")
    }
    guard ["GET", "HEAD"].contains(head.method) else { return .notAllowed("GET, HEAD") }
    if head.path == "/metrics" { return .metrics(metrics) }
    let last = metrics.passes.last
    if let last, now.seconds(since: last) <= ServicePasses.maxAge {
      return ServerResponse(.ok, "ok")
    }
    return ServerResponse(
      .unavailable, last.map { "the tokens were last looked at at \($0)" } ?? "not looked at yet")
  }
}

extension ServerResponse {
  static func metrics(_ metrics: RenewalMetrics) -> ServerResponse {
    ServerResponse(.ok, type: RenewalMetrics.mediaType, body: .bytes(Array(metrics.text.utf8)))
  }

  static func notAllowed(_ methods: String) -> ServerResponse {
    var response = ServerResponse(.methodNotAllowed, "not with this method, or not on this page")
    response.fields = ["Allow": methods]
    return response
  }
}
