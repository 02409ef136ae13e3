import Foundation
import HTTP
import Model

/// A network whose servers all have one time.
struct DatedHTTP: HTTPTransport {
  private let date: @Sendable () -> String
  private let inner = LiveHTTPTransport()

  init(date: String) { self.date = { date } }

  init(time: @escaping @Sendable () -> Timestamp) {
    date = {
      let form = DateFormatter()
      form.locale = Locale(identifier: "en_US_POSIX")
      form.timeZone = .gmt
      form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
      return form.string(
        from: Date(timeIntervalSince1970: Double(time().milliseconds) / 1000))
    }
  }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let answer = try await inner.send(request)
    return HTTPResponse(
      status: answer.status, headers: answer.headers.merging(["date": date()]) { $1 },
      body: answer.body)
  }
}
