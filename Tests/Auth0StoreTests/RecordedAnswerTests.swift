import Foundation
import HTTP
import TestTenant
import Testing

/// The test tenant answers with exactly the fields that a real one was seen to answer with.
@Suite struct RecordedAnswerTests {
  private struct Recorded: Decodable {
    let status: [Int]
    let fields: [String: String]
  }

  private static func recorded() throws -> [String: Recorded] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Recorded/answers.json")
    let whole =
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
    let answers = whole.filter { $0.key != "about" }
    return try JSONDecoder().decode(
      [String: Recorded].self, from: JSONSerialization.data(withJSONObject: answers))
  }

  private static func kind(_ value: Any) -> String {
    switch value {
    case is NSNull: "null"
    case is String: "string"
    case is [Any]: "array"
    case is [String: Any]: "object"
    case let number as NSNumber: isTruth(number) ? "boolean" : "number"
    default: "unknown"
    }
  }

  /// A JSON truth value, which Foundation gives as a number too.
  private static func isTruth(_ number: NSNumber) -> Bool {
    unsafe String(cString: number.objCType) == "c"
  }

  @Test func theTestTenantAnswersAsTheRealOne() async throws {
    let tenant = try await TestTenant()
    let http = LiveHTTPTransport()
    let login = try await http.send(
      HTTPRequest(
        .post, tenant.address + "/oauth/token",
        body: Array(
          ("grant_type=client_credentials&client_id=cl13nt&client_secret=cl13nt-s3cr3t"
            + "&audience=https%3A%2F%2Ftest%2Fapi%2Fv2%2F").utf8)))
    let token = try #require(object(login)["access_token"] as? String)
    func call(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws
      -> HTTPResponse
    {
      try await http.send(
        HTTPRequest(
          method, tenant.address + "/api/v2/flows/vault/connections" + path,
          headers: [("authorization", "Bearer \(token)"), ("content-type", "application/json")],
          body: body.map { Array($0.utf8) }))
    }
    let recorded = try Self.recorded()
    var seen: Set<String> = []
    func expect(_ what: String, _ answer: HTTPResponse, _ body: [String: Any]) throws {
      let wanted = try #require(recorded[what])
      #expect(wanted.status.contains(answer.status), "\(what)")
      #expect(body.mapValues(Self.kind) == wanted.fields, "\(what)")
      seen.insert(what)
    }
    let empty = try await call(.post, "", #"{"app_id":"HTTP","name":"empty"}"#)
    try expect("create an empty connection", empty, object(empty))
    let id = try #require(object(empty)["id"] as? String)
    let list = try await call(.get, "?page=0&per_page=100&include_totals=true")
    try expect("list with totals", list, object(list))
    let items = try #require(object(list)["connections"] as? [[String: Any]])
    try expect("an empty connection in a list", list, try #require(items.first))
    let made = try await call(
      .post, "",
      #"{"app_id":"HTTP","name":"made","setup":{"type":"BEARER","token":"12345678"}}"#)
    try expect("create a configured connection", made, object(made))
    let read = try await call(.get, "/\(id)")
    try expect("read an empty connection", read, object(read))
    let renamed = try await call(.patch, "/\(id)", #"{"name":"other"}"#)
    try expect("rename an empty connection", renamed, object(renamed))
    let deleted = try await call(.delete, "/\(id)")
    #expect(deleted.body.isEmpty)
    try expect("delete", deleted, [:])
    let gone = try await call(.get, "/\(id)")
    try expect("read a connection that is gone", gone, object(gone))
    #expect(seen == Set(recorded.keys), "every recorded answer was tried")
  }

  private func object(_ answer: HTTPResponse) -> [String: Any] {
    let value = try? JSONSerialization.jsonObject(with: Data(answer.body))
    return value as? [String: Any] ?? [:]
  }
}
