import HTTP
import Synchronization
import Testing

/// A server that answers by a script; a call that it does not expect fails the test.
final class Scripted: HTTPTransport {
  private let answers: Mutex<[Result<HTTPResponse, HTTPFailure>]>
  let calls = Mutex<[String]>([])

  init(_ answers: [Result<HTTPResponse, HTTPFailure>]) { self.answers = Mutex(answers) }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let path = request.url.split(separator: "/", maxSplits: 2).last.map(String.init) ?? ""
    calls.withLock { $0.append("\(request.method.rawValue) \(path)") }
    let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let next else {
      Issue.record("an unexpected call: \(path)")
      throw .notConnected("nothing is expected")
    }
    return try next.get()
  }
}
