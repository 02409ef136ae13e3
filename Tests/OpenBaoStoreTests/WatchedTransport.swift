import HTTP
import Synchronization

/// The network, with a list of what was called, and answers of our own to some calls.
final class WatchedTransport: HTTPTransport {
  private let live = LiveHTTPTransport()
  private let seen = Mutex<[String]>([])
  private let answer: @Sendable (HTTPRequest) -> HTTPResponse?

  init(answering answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse? = { _ in nil }) {
    self.answer = answer
  }

  var calls: [String] { seen.withLock { $0 } }

  /// Calls whose address holds that text.
  func count(_ text: String) -> Int { calls.count { $0.contains(text) } }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    seen.withLock { $0.append("\(request.method.rawValue) \(request.url)") }
    if let answer = answer(request) { return answer }
    return try await live.send(request)
  }
}
