private import Encodings
private import Synchronization

/// Who may use a server on this machine: only the browser that was given the link.
///
/// Another user of the machine can connect, and a page of another origin can send requests here. So each
/// request must name this server as its host, come from this origin, and hold the cookie that the link was
/// exchanged for, once.
package final class PageAccess: Sendable {
  package enum Verdict: Hashable, Sendable {
    case granted
    /// The link's token was good: the browser gets this cookie, and the address without the token.
    case exchanged(cookie: String)
    case refused(ServerResponse.Status, reason: String)
  }

  private enum Link: Hashable { case unused, used }

  private let token: [UInt8]
  private let session: [UInt8]
  private let link = Mutex(Link.unused)
  /// What each request that changes something repeats, in `X-Vaultctl-Write`; only the page has it.
  package let writeToken: String

  /// - Parameters:
  ///   - token: random, of the link.
  ///   - session: random, of the cookie; another one.
  ///   - write: random, of the page.
  package init(token: [UInt8], session: [UInt8], write: [UInt8]) {
    writeToken = hexadecimal(write)
    self.token = Array(hexadecimal(token).utf8)
    self.session = Array(hexadecimal(session).utf8)
  }

  /// What follows `?` in the link.
  package var query: String { "token=" + String(decoding: token, as: UTF8.self) }

  /// - Parameter port: the server's.
  package func verdict(on head: RequestHead, port: UInt16) -> Verdict {
    if let refusal = head.refusal(port: port) {
      return .refused(refusal.status, reason: refusal.reason)
    }
    if head.path == "/", let query = head.query, query.hasPrefix("token=") {
      return exchange(Array(query.dropFirst("token=".count).utf8), head, port)
    }
    guard holdsCookie(head, port) else {
      return .refused(
        .unauthorized, reason: "open the link that `vaultctl serve` printed, or start it again")
    }
    return .granted
  }

  /// Whether a request that was granted may change something: it comes from the page, as its origin and
  /// its token say, and no form can send it (CSRF).
  package func mayWrite(_ head: RequestHead) -> Bool {
    guard let given = head.fields["x-vaultctl-write"], head.fields["origin"] != nil else {
      return false
    }
    return isSame(Array(given.utf8), Array(writeToken.utf8))
  }

  private func exchange(_ given: [UInt8], _ head: RequestHead, _ port: UInt16) -> Verdict {
    guard head.method == "GET", isSame(given, token) else {
      return .refused(.forbidden, reason: "the link is not this server's")
    }
    // A used link may be in a history that others read; the browser that used it has the cookie.
    let isFirst = link.withLock { link in
      defer { link = .used }
      return link == .unused
    }
    guard isFirst || holdsCookie(head, port) else {
      return .refused(.forbidden, reason: "the link was used; start `vaultctl serve` again")
    }
    let text = String(decoding: session, as: UTF8.self)
    return .exchanged(
      cookie: "\(Self.name(port))=\(text); HttpOnly; SameSite=Strict; Path=/")
  }

  /// Browsers send a cookie to every port of a host, so each server has a name of its own for it.
  private static func name(_ port: UInt16) -> String { "vaultctl-\(port)" }

  private func holdsCookie(_ head: RequestHead, _ port: UInt16) -> Bool {
    let prefix = "\(Self.name(port))="
    let cookies = (head.fields["cookie"] ?? "").split(separator: ";").map { text in
      text.drop { $0 == " " }
    }
    return cookies.contains { cookie in
      cookie.hasPrefix(prefix) && isSame(Array(cookie.dropFirst(prefix.count).utf8), session)
    }
  }

  /// In the same time for equal and for different texts of one length.
  private func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
