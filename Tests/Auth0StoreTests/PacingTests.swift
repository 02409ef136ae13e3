import Auth0Store
import Foundation
import HTTP
import Model
import Secrets
import Stores
import Synchronization
import TestSupport
import Testing

/// How the client waits, by a clock and a server of the test's own.
@Suite struct PacingTests {
  private func vault(_ http: Scripted, _ time: TestRuntime) -> Auth0Backend {
    Auth0Backend(
      domain: "t.example.com", base: "http://server",
      credentials: { () throws(StoreError) in .token("t0ken") }, http: http,
      runtime: time.runtime)
  }

  private let empty = Array(#"{"start":0,"limit":100,"total":0,"connections":[]}"#.utf8)

  private func answer(
    _ status: Int = 200, _ headers: [String: String] = [:], _ body: [UInt8]? = nil
  ) -> Result<HTTPResponse, HTTPFailure> {
    .success(HTTPResponse(status: status, headers: headers, body: body ?? empty))
  }

  @Test(
    arguments: [
      (["retry-after": "3"], 3300), (["x-ratelimit-reset": "1000000002"], 2200), ([:], 250),
      (["retry-after": "Sun, 09 Sep 2001 01:46:50 GMT"], 11_000),
      (
        [
          "retry-after": "Sun, 09 Sep 2001 03:46:50 GMT", "date": "Sun, 09 Sep 2001 03:46:40 GMT",
        ], 11_000
      ),
      (["x-ratelimit-reset": "9223372036854775807"], 66_000),
      (["retry-after": "9223372036854775807"], 66_000),
    ] as [([String: String], Int64)])
  func aRefusalIsWaitedOutForAsLongAsTheServerSays(headers: [String: String], expected: Int64)
    async throws
  {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let http = Scripted([answer(429, headers), answer()])
    #expect(try await vault(http, time).list().connections.isEmpty)
    #expect(time.slept == [.milliseconds(expected)])
  }

  /// Numbers of a hostile server end at a minute, and overflow nothing.
  @Test(
    arguments: [
      (["retry-after": "9223372036854775807"], 66_000),
      (["retry-after": "-9223372036854775808"], 10),
      (["retry-after": "99999999999999999999"], 250),
      (["x-ratelimit-reset": "9223372036854775807"], 66_000),
      (["x-ratelimit-reset": "-9223372036854775808"], 10),
    ] as [([String: String], Int64)])
  func aHostileRefusalIsWaitedOutForAMinute(
    headers: [String: String], expected: Int64
  ) async throws {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let http = Scripted([answer(429, headers), answer()])
    #expect(try await vault(http, time).list().connections.isEmpty)
    #expect(time.slept == [.milliseconds(expected)])
  }

  @Test(arguments: ["9223372036854775807", "-9223372036854775808"])
  func aHostileResetIsAwaitedForAMinuteAtMost(reset: String) async throws {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let low = ["x-ratelimit-remaining": "-9223372036854775808", "x-ratelimit-reset": reset]
    let http = Scripted([answer(200, low), answer()])
    let vault = vault(http, time)
    _ = try await vault.list()
    _ = try await vault.list()
    #expect(time.slept.allSatisfy { $0 <= .seconds(60) })
  }

  @Test(arguments: [
    "1e308", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999",
  ])
  func aHostileLifetimeOfATokenIsClamped(lifetime: String) async throws {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let token = answer(
      200, [:], Array(#"{"access_token":"a","expires_in":\#(lifetime)}"#.utf8))
    let isOver = lifetime.hasPrefix("-")
    let http = Scripted([token, answer()] + (isOver ? [token, answer()] : [answer()]))
    let vault = Auth0Backend(
      domain: "t.example.com", base: "http://server",
      credentials: { () throws(StoreError) in .client(id: "id", secret: "s3cret") }, http: http,
      runtime: time.runtime)
    #expect(try await vault.list().connections.isEmpty)
    #expect(try await vault.list().connections.isEmpty)
    #expect(http.calls.withLock { $0.count } == (isOver ? 4 : 3))
  }

  /// The login of a pipeline is minted again, and a client's secret is rotated.
  @Test(arguments: [true, false])
  func aLoginThatIsRefusedIsReadAgain(isToken: Bool) async throws {
    let reads = Mutex(0)
    let issued = { (name: String) in
      self.answer(200, [:], Array(#"{"access_token":"\#(name)","expires_in":86400}"#.utf8))
    }
    let http = Scripted(
      isToken
        ? [answer(), answer(401), answer()]
        : [issued("a"), answer(), answer(401), issued("b"), answer()])
    let vault = Auth0Backend(
      domain: "t.example.com", base: "http://server",
      credentials: { () throws(StoreError) in
        let number = reads.withLock { reads in
          reads += 1
          return reads
        }
        return isToken ? .token("t0ken-\(number)") : .client(id: "id", secret: "s3cret-\(number)")
      }, http: http, runtime: TestRuntime().runtime)
    #expect(try await vault.list().connections.isEmpty)
    #expect(try await vault.list().connections.isEmpty)
    #expect(reads.withLock { $0 } == 2)
  }

  /// A login that gives the same token again is asked once, and the server once.
  @Test func aLoginWithTheSameTokenIsRefusedAtOnce() async throws {
    let http = Scripted([answer(401)])
    await #expect(throws: StoreError.self) { try await vault(http, TestRuntime()).list() }
    #expect(http.calls.withLock { $0.count } == 1)
  }

  /// A command prints a token that is at its end: it is not run again for each request.
  @Test func aTokenAtItsEndIsUsedUntilItIsRefused() async throws {
    let reads = Mutex(0)
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let claims = Data(#"{"exp": 1000000030}"#.utf8).base64EncodedString()
      .replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    let http = Scripted([answer(), answer(), answer()])
    let vault = Auth0Backend(
      domain: "t.example.com", base: "http://server",
      credentials: { () throws(StoreError) in
        reads.withLock { $0 += 1 }
        return .token("e30.\(claims).c")
      }, http: http, runtime: time.runtime)
    for _ in 0..<3 { _ = try await vault.list() }
    #expect(reads.withLock { $0 } == 2)
  }

  @Test func slowsDownBeforeTheLimitIsHit() async throws {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let low = ["x-ratelimit-remaining": "1", "x-ratelimit-reset": "1000000004"]
    let http = Scripted([answer(200, low), answer()])
    let vault = vault(http, time)
    _ = try await vault.list()
    #expect(time.slept.isEmpty)
    _ = try await vault.list()
    #expect(time.slept == [.milliseconds(2000)], "half of what is left, for two calls")
  }

  @Test func whatCanBeRepeatedIsRepeatedSixTimes() async throws {
    let time = TestRuntime(Timestamp(milliseconds: 1_000_000_000_000))
    let broken = Result<HTTPResponse, HTTPFailure>.failure(.noResponse("it broke"))
    let http = Scripted([broken, answer(503), broken, answer()])
    #expect(try await vault(http, time).list().connections.isEmpty)
    #expect(time.slept == [.milliseconds(250), .milliseconds(500), .milliseconds(1000)])
    let gone = Scripted(Array(repeating: answer(503), count: 6))
    await #expect(throws: StoreError.unavailable("it responded with 503")) {
      try await vault(gone, TestRuntime()).list()
    }
  }

  @Test func aListThatChangesWhileItIsReadIsReadAgain() async throws {
    func page(_ total: Int, _ ids: Range<Int>) -> Result<HTTPResponse, HTTPFailure> {
      let items = ids.map {
        #"{"id":"ac_\#($0)","app_id":"SLACK","name":"c-\#($0)","ready":false,"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","fingerprint":"f"}"#
      }
      let text =
        #"{"start":0,"limit":100,"total":\#(total),"connections":[\#(items.joined(separator: ","))]}"#
      return answer(200, [:], Array(text.utf8))
    }
    let http = Scripted([
      page(150, 0..<100), page(149, 100..<149), page(149, 0..<100), page(149, 100..<149),
    ])
    #expect(try await vault(http, TestRuntime()).list().connections.count == 149)
    #expect(http.calls.withLock { $0.count } == 4)
  }

  @Test func anErrorsMessageIsNotShown() async throws {
    let body =
      #"{"statusCode":400,"error":"Bad Request","errorCode":"invalid_body","message":"Payload validation error: 'hunter2' on property setup.token"}"#
    let http = Scripted([answer(400, [:], Array(body.utf8))])
    await #expect(throws: StoreError.refused("it responded with 400 invalid_body on `setup.token`"))
    {
      try await vault(http, TestRuntime()).list()
    }
  }

  @Test func aSecretThatIsNoTextIsRefusedBeforeItIsSent() async throws {
    let http = Scripted([])
    let name = try #require(ConnectionName("x"))
    let write = BackendWrite(
      name: name, app: "http",
      setup: BackendWrite.Setup(
        type: "bearer", fields: ["token": .secret(SecretBytes(copying: [0xFF, 0x00]))]))
    await #expect(throws: StoreError.writeFailed("`token` is not UTF-8, as JSON requires")) {
      try await vault(http, TestRuntime()).create(write)
    }
  }
}
