import Foundation
import Synchronization
import TestServer

/// A proxy in front of a server, by which a test sees each request before it is carried out, and again
/// before its answer.
package final class BaoProxy: Sendable {
  package enum Moment: Sendable { case before, after }

  private let target: String
  private let forwarding: Forwarding
  private let watcher = Mutex<@Sendable (Int, Moment) async -> Void>({ _, _ in })
  private let counter = Mutex(0)
  /// Seconds that the server's clock is ahead; `nil` for answers without a time.
  private let ahead = Mutex<Int?>(nil)
  private let server = Mutex<LoopbackServer?>(nil)

  /// - Parameter authority: the file (PEM) of the authority that the server's certificate comes from.
  package init(_ target: String, authority: String? = nil) async throws {
    self.target = target
    forwarding = Forwarding(authority: authority)
    let server = try await LoopbackServer { [weak self] request in
      try await self?.response(to: request) ?? .cutBeforeHead
    }
    self.server.withLock { $0 = server }
  }

  package func end() { server.withLock { $0?.end() } }
  deinit { end() }

  package var address: String { server.withLock { $0?.address ?? "" } }

  /// Calls a closure for every request that writes, with its number from 1.
  package func watch(_ watcher: @escaping @Sendable (Int, Moment) async -> Void) {
    counter.withLock { $0 = 0 }
    self.watcher.withLock { $0 = watcher }
  }

  /// From now on each answer has the time of a clock that is so many seconds ahead.
  package func setClock(ahead seconds: Int) { ahead.withLock { $0 = seconds } }

  private func response(to request: ServerRequest) async throws -> ServerResponse {
    let writes = request.method != "GET"
    let number =
      writes
      ? counter.withLock {
        $0 += 1
        return $0
      } : 0
    let watcher = watcher.withLock { $0 }
    if writes { await watcher(number, .before) }
    let answer = try await forwarding.send(
      request.method, target + request.target,
      headers: Self.forwarded(request.headers).map { (name: $0.key, value: $0.value) },
      body: request.body.isEmpty ? nil : request.body)
    if writes { await watcher(number, .after) }
    var headers = Self.forwarded(answer.headers)
    if let ahead = ahead.withLock({ $0 }) { headers["date"] = Self.date(ahead: ahead) }
    return .whole(status: answer.status, headers: headers, body: answer.body)
  }

  /// RFC 9110 section 5.6.7.
  private static func date(ahead seconds: Int) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return format.string(from: Date(timeIntervalSinceNow: Double(seconds)))
  }

  private static func forwarded(_ headers: [String: String]) -> [String: String] {
    headers.filter { $0.key.hasPrefix("x-vault") || $0.key == "content-type" }
  }
}
