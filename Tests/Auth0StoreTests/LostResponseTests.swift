import Auth0Store
import HTTP
import Model
import Stores
import Synchronization
import TestSupport
import Testing

/// What is known of a write whose response is lost, or cannot be read.
@Suite struct LostResponseTests {
  typealias Response = Result<HTTPResponse, HTTPFailure>

  private static let lost = Response.failure(.noResponse("it broke"))
  private static let unknown = StoreError.outcomeUnknown("it broke")
  private static let id = StoreID("ac_1")

  private static func answer(_ status: Int, _ text: String = "") -> Response {
    .success(HTTPResponse(status: status, headers: [:], body: Array(text.utf8)))
  }

  private static func list(_ items: String...) -> Response {
    let items = items.joined(separator: ",")
    let total = items.isEmpty ? 0 : 1
    return answer(200, #"{"start":0,"limit":100,"total":\#(total),"connections":[\#(items)]}"#)
  }

  /// - Parameter version: of the connection; `nil` is an item without what else there must be.
  private static func item(_ version: String?) -> String {
    let rest = #""created_at":"2026-09-21T14:13:20.000Z","updated_at":"2026-09-21T14:13:20.000Z""#
    return version.map {
      #"{"id":"ac_1","app_id":"SLACK","name":"a","ready":false,"fingerprint":"\#($0)",\#(rest)}"#
    } ?? #"{"id":"ac_1","app_id":"SLACK","name":"a"}"#
  }

  private func vault(_ http: Scripted) -> Auth0Backend {
    Auth0Backend(
      domain: "t.example.com", base: "http://server",
      credentials: { () throws(StoreError) in .token("t0ken") }, http: http,
      runtime: TestRuntime().runtime)
  }

  private func write() throws -> BackendWrite {
    BackendWrite(name: try #require(ConnectionName("a")), app: "slack", setup: nil)
  }

  /// The methods of the calls, in order.
  private func methods(_ http: Scripted) -> [String] {
    http.calls.withLock { $0.map { String($0.prefix { $0 != " " }) } }
  }

  @Test(
    arguments: [
      ("its entry cannot be read", list(item(nil))), ("the list cannot be read", answer(200, "{}")),
      ("the login has ended", answer(401)), ("a scope is missing", answer(403)),
    ] as [(String, Response)])
  func aConnectionThatMayExistIsNotCreatedAgain(what: String, next: Response) async throws {
    let http = Scripted([Self.lost, next])
    await #expect(throws: Self.unknown, "\(what)") { try await vault(http).create(write()) }
    #expect(methods(http) == ["POST", "GET"], "\(what)")
  }

  @Test(arguments: [item(nil), "", "[]", #"{"id":7}"#])
  func aCreationWithoutAReadableResponseIsNotRepeated(body: String) async throws {
    let http = Scripted([Self.answer(201, body)])
    await #expect(throws: StoreError.outcomeUnknown("its response has an unexpected format")) {
      try await vault(http).create(write())
    }
    #expect(methods(http) == ["POST"])
  }

  @Test func aCreationAtAPathThatDoesNotExistIsRefused() async throws {
    let http = Scripted([Self.answer(404)])
    await #expect(throws: StoreError.refused("it responded with 404")) {
      try await vault(http).create(write())
    }
  }

  @Test func aCreationIsRepeatedWhereTheListHasNothingOfIt() async throws {
    let http = Scripted([Self.lost, Self.list(), Self.answer(503), Self.list(Self.item("v1"))])
    #expect(try await vault(http).create(write()).id == Self.id)
    #expect(methods(http) == ["POST", "GET", "POST", "GET"])
  }

  @Test func aCreationThatWasNeverAnsweredIsUnknown() async throws {
    let http = Scripted(Array(repeating: [Self.lost, Self.list()], count: 4).flatMap { $0 })
    await #expect(throws: Self.unknown) { try await vault(http).create(write()) }
  }

  /// What the lookup after a lost response ends with.
  private static let lookups: [Response] = [
    answer(200, item(nil)), answer(200, "[]"), answer(401), answer(403), answer(400),
  ]

  @Test(arguments: lookups)
  func anUpdateThatCannotBeLookedUpIsUnknown(next: Response) async throws {
    let http = Scripted([Self.answer(200, Self.item("v1")), Self.lost, next])
    await #expect(throws: Self.unknown) {
      try await vault(http).update(Self.id, from: "v1", write())
    }
    #expect(methods(http) == ["GET", "PATCH", "GET"])
  }

  @Test(arguments: lookups)
  func aRemovalThatCannotBeLookedUpIsUnknown(next: Response) async throws {
    let http = Scripted([Self.answer(200, Self.item("v1")), Self.lost, next])
    let name = try write().name
    await #expect(throws: Self.unknown) {
      try await vault(http).delete(Self.id, named: name, from: "v1")
    }
    #expect(methods(http) == ["GET", "DELETE", "GET"])
  }

  /// Nothing was sent before it, so nothing is in doubt.
  @Test func aConnectionThatCannotBeReadFirstIsRefused() async throws {
    for body in [Self.item(nil), "[]"] {
      let http = Scripted([Self.answer(200, body)])
      await #expect(
        throws: StoreError.refused("its response about a connection has an unexpected format")
      ) { try await vault(http).update(Self.id, from: "v1", write()) }
    }
  }

  @Test func aLostResponseIsLookedUp() async throws {
    let present = Self.answer(200, Self.item("v1"))
    let updated = Scripted([present, Self.lost, Self.answer(200, Self.item("v2"))])
    #expect(try await vault(updated).update(Self.id, from: "v1", write()).version == "v2")
    let deleted = Scripted([present, Self.lost, Self.answer(404)])
    try await vault(deleted).delete(Self.id, named: write().name, from: "v1")
    #expect(methods(deleted) == ["GET", "DELETE", "GET"])
  }
}
