import Serving
import Testing

/// Who a served page answers.
@Suite struct PageAccessTests {
  private let access = PageAccess(token: [1, 2, 3], session: [7, 8, 9], write: [4, 5, 6])
  private static let cookie = "vaultctl-80=070809"

  private func verdict(
    _ target: String = "/", method: String = "GET", _ fields: [String: String] = [:]
  ) throws -> PageAccess.Verdict {
    let all = ["Host": "127.0.0.1:80"].merging(fields) { $1 }
    let lines = ["\(method) \(target) HTTP/1.1"] + all.map { "\($0.key): \($0.value)" }
    let head = try RequestHead(Array(lines.joined(separator: "\r\n").utf8))
    return access.verdict(on: head, port: 80)
  }

  private func status(
    _ target: String = "/", _ fields: [String: String] = [:]
  ) throws -> ServerResponse.Status? {
    if case .refused(let status, _) = try verdict(target, fields) { status } else { nil }
  }

  @Test func theLinkIsExchangedOnceForACookie() throws {
    #expect(access.query == "token=010203")
    #expect(try status() == .unauthorized)
    #expect(try status("/?token=010204") == .forbidden)
    #expect(try status("/?token=") == .forbidden)
    let posted = try verdict("/?token=010203", method: "POST")
    #expect(posted != .exchanged(cookie: ""), "a link is followed")
    let expected = Self.cookie + "; HttpOnly; SameSite=Strict; Path=/"
    #expect(try verdict("/?token=010203") == .exchanged(cookie: expected))
    #expect(try status("/?token=010203") == .forbidden, "replayed")
    // The browser that has the cookie may reload its first address.
    let reloaded = try verdict("/?token=010203", ["Cookie": Self.cookie])
    #expect(reloaded == .exchanged(cookie: expected))
    #expect(try verdict(["Cookie": "a=b; \(Self.cookie); c=d"]) == .granted)
  }

  private func verdict(_ fields: [String: String]) throws -> PageAccess.Verdict {
    try verdict("/", fields)
  }

  static let attacks: [([String: String], ServerResponse.Status)] = [
    (["Host": "evil.example"], .misdirected), (["Host": "127.0.0.1"], .misdirected),
    (["Host": "127.0.0.1:81"], .misdirected), (["Host": "127.0.0.1:80.evil.example"], .misdirected),
    (["Host": "127.1:80"], .misdirected), (["Host": "localhost.evil:80"], .misdirected),
    (["Origin": "http://evil.example"], .forbidden), (["Origin": "null"], .forbidden),
    (["Origin": "https://127.0.0.1:80"], .forbidden),
    (["Origin": "http://localhost:80"], .forbidden),
    (["Origin": "http://127.0.0.1:81"], .forbidden),
    (["Sec-Fetch-Site": "cross-site"], .forbidden), (["Sec-Fetch-Site": "same-site"], .forbidden),
    (["Cookie": ""], .unauthorized), (["Cookie": "vaultctl-80=070808"], .unauthorized),
    (["Cookie": "vaultctl-80="], .unauthorized), (["Cookie": "vaultctl-80=0708090"], .unauthorized),
    (["Cookie": "vaultctl-81=070809"], .unauthorized),
    (["Cookie": "xvaultctl-80=070809"], .unauthorized),
  ]

  @Test(arguments: attacks) func othersAreRefused(
    fields: [String: String], expected: ServerResponse.Status
  ) throws {
    #expect(try status("/api/v1/page", ["Cookie": Self.cookie].merging(fields) { $1 }) == expected)
  }

  static let writes: [([String: String], Bool)] = [
    ([:], false), (["X-Vaultctl-Write": "040506"], false),
    (["Origin": "http://127.0.0.1:80"], false),
    (["Origin": "http://127.0.0.1:80", "X-Vaultctl-Write": "040507"], false),
    (["Origin": "http://127.0.0.1:80", "X-Vaultctl-Write": ""], false),
    (["Origin": "http://127.0.0.1:80", "X-Vaultctl-Write": "070809"], false),
    (["Origin": "http://127.0.0.1:80", "X-Vaultctl-Write": "040506"], true),
  ]

  @Test(arguments: writes) func onlyThePageMayWrite(fields: [String: String], may: Bool) throws {
    let all = ["Host": "127.0.0.1:80"].merging(fields) { $1 }
    let lines = ["PUT / HTTP/1.1"] + all.map { "\($0.key): \($0.value)" }
    let head = try RequestHead(Array(lines.joined(separator: "\r\n").utf8))
    #expect(access.mayWrite(head) == may)
  }

  @Test(arguments: [
    [:], ["Origin": "http://127.0.0.1:80"], ["Sec-Fetch-Site": "none"],
    ["Sec-Fetch-Site": "same-origin"], ["Host": "localhost:80", "Origin": "http://localhost:80"],
  ]) func thePageItselfIsAnswered(fields: [String: String]) throws {
    #expect(try verdict(["Cookie": Self.cookie].merging(fields) { $1 }) == .granted)
  }
}
