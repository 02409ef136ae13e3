import Diagnostics
import Model
import Pacing
import Reports
import Serving
import Synchronization

/// `/metrics` and `/healthz` of a service, on this machine alone.
struct MetricsServer: Sendable {
  private struct State {
    var metrics: RenewalMetrics
    var passes: PassTimes
  }

  private final class Current: Sendable {
    let state: Mutex<State>
    init(_ state: State) { self.state = Mutex(state) }
  }

  private let current: Current
  private let server: LoopbackServer

  /// - Throws: if the port cannot be listened on.
  init(
    _ address: LoopbackAddress, _ metrics: RenewalMetrics, runtime: Runtime
  ) async throws(Diagnostic) {
    let current = Current(State(metrics: metrics, passes: PassTimes(of: [String]())))
    self.current = current
    do throws(LoopbackServer.NotStarted) {
      server = try await LoopbackServer(port: address.port) { request, port in
        let state = current.state.withLock { $0 }
        return Self.response(to: request.head, state, port: port, elapsed: runtime.elapsed())
      }
    } catch {
      throw .portUnavailable(
        Int(address.port), help: "use any free one: --metrics-address 127.0.0.1:0")
    }
  }

  var port: UInt16 { server.port }

  func replace(with metrics: RenewalMetrics, _ passes: PassTimes) {
    current.state.withLock { $0 = State(metrics: metrics, passes: passes) }
  }

  func end() async { await server.end() }

  private static func response(
    to head: RequestHead, _ state: State, port: UInt16, elapsed: Duration
  ) -> ServerResponse {
    if let refusal = head.refusal(port: port) {
      return ServerResponse(refusal.status, refusal.reason)
    }
    guard ["/metrics", "/healthz"].contains(head.path) else {
      return ServerResponse(.notFound, "not found")
    }
    guard ["GET", "HEAD"].contains(head.method) else { return .notAllowed("GET, HEAD") }
    if head.path == "/metrics" { return .metrics(state.metrics) }
    if state.passes.areRecent(at: elapsed) { return ServerResponse(.ok, "ok") }
    return ServerResponse(
      .unavailable,
      state.metrics.passes.last.map { "the tokens were last looked at at \($0)" }
        ?? "not looked at yet")
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
