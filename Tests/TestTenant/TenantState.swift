import Foundation
import Model

/// What a tenant holds, and how it answers: as strict as its contract, its setups write-only.
package actor TenantState {
  struct Connection: Sendable, Codable {
    let id: String
    let appID: String
    var name: String
    /// Kept for the tests; no answer has it.
    var setup: [String: String]?
    let createdAt: Int64
    var updatedAt: Int64
    var fingerprint: String
  }

  /// One call and its answer, as another checker reads them.
  package struct Exchange: Encodable, Sendable {
    package let method: String
    package let path: String
    package let requestBody: String?
    package let status: Int
    package let responseBody: String?
  }

  struct Answer: Sendable {
    let status: Int
    /// JSON.
    let text: String?

    init(status: Int, body: [String: Any]? = nil, list: [[String: Any]]? = nil) {
      self.status = status
      let value: Any? = body ?? list
      text = value.flatMap {
        try? JSONSerialization.data(
          withJSONObject: $0, options: [.sortedKeys, .withoutEscapingSlashes])
      }.map { String(decoding: $0, as: UTF8.self) }
    }

    init(status: Int, text: String) {
      self.status = status
      self.text = text
    }

    static func error(
      _ status: Int, _ reason: String, _ message: String, code: String? = nil
    ) -> Answer {
      var body: [String: Any] = ["statusCode": status, "error": reason, "message": message]
      body["errorCode"] = code
      return Answer(status: status, body: body)
    }
  }

  var connections: [Connection] = []
  var flows: [(id: String, name: String, definition: [String: Any])] = []
  /// Definitions that are answered as they are, whatever they are.
  private var rawFlows: [String: String] = [:]
  /// Items of the list that are answered as they are, by the connection's name.
  private var rawItems: [String: [String: String]] = [:]
  /// The scopes that a token is given.
  package var scopes = [
    "read:flows_vault_connections", "create:flows_vault_connections",
    "update:flows_vault_connections", "delete:flows_vault_connections", "read:flows",
  ]
  package private(set) var exchanges: [Exchange] = []
  private var clock = Int64(Date().timeIntervalSince1970 * 1000)
  private var tokens: [String: Set<String>] = [:]

  package init() {}

  package func setScopes(_ scopes: [String]) { self.scopes = scopes }
  package func forgetExchanges() { exchanges = [] }
  package func forgetTokens() { tokens = [:] }

  /// Calls of the vault alone, by method.
  package func calls(_ method: String) -> Int {
    exchanges.count { $0.method == method && $0.path.hasPrefix("/api/v2/flows/vault/") }
  }

  package var names: [String] { connections.map(\.name).sorted() }
  package func setup(of name: String) -> [String: String]? {
    connections.first { $0.name == name }?.setup
  }
  package func id(of name: String) -> String? { connections.first { $0.name == name }?.id }

  /// Somebody else's change.
  package func touch(_ name: String, rename: String? = nil, setup: [String: String]? = nil) {
    guard let index = connections.firstIndex(where: { $0.name == name }) else { return }
    if let rename { connections[index].name = rename }
    if let setup { connections[index].setup = setup }
    stamp(index)
  }

  /// What it holds, to be put back.
  package struct Saved: Sendable, Codable {
    fileprivate let connections: [Connection]
  }

  package func saved() -> Saved { Saved(connections: connections) }
  package func restore(_ saved: Saved) { connections = saved.connections }

  package func add(_ name: String, app: String, setup: [String: String]? = nil) {
    _ = make(name, app, setup)
  }

  package func remove(_ name: String) { connections.removeAll { $0.name == name } }

  package func addFlow(
    _ id: String, _ name: String, uses connection: String, type: String, action: String
  ) {
    flows.append(
      (
        id, name,
        [
          "id": id, "name": name,
          "actions": [
            ["id": "a", "type": type, "action": action, "params": ["connection_id": connection]]
          ],
        ]
      ))
  }

  /// A flow whose definition is answered as it is, to replace the one before.
  package func putFlow(_ id: String, _ name: String, json: String) {
    flows.removeAll { $0.id == id }
    flows.append((id, name, [:]))
    rawFlows[id] = json
  }

  package func removeFlow(_ id: String) {
    flows.removeAll { $0.id == id }
    rawFlows[id] = nil
  }

  /// Lets a connection be listed with other members than it has.
  package func deform(_ name: String, _ members: [String: String]) { rawItems[name] = members }

  // MARK: Answers

  func record(_ exchange: Exchange) { exchanges.append(exchange) }

  func token(form: [String: String]) -> Answer {
    guard form["grant_type"] == "client_credentials",
      form["audience"]?.hasSuffix("/api/v2/") == true
    else {
      return Answer(status: 400, body: ["error": "invalid_request", "error_description": "x"])
    }
    guard form["client_id"] == "cl13nt", form["client_secret"] == "cl13nt-s3cr3t" else {
      return Answer(status: 401, body: ["error": "invalid_client", "error_description": "x"])
    }
    let token = "t0ken-\(UUID().uuidString)"
    tokens[token] = Set(scopes)
    return Answer(
      status: 200,
      body: [
        "access_token": token, "token_type": "Bearer", "expires_in": 86400,
        "scope": scopes.joined(separator: " "),
      ])
  }

  /// `nil` where the token may do it.
  func refusal(of token: String, for scope: String) -> Answer? {
    guard let granted = tokens[token] else {
      return .error(401, "Unauthorized", "Invalid token")
    }
    if granted.contains(scope) { return nil }
    return .error(
      403, "Forbidden", "Insufficient scope, expected any of: \(scope)", code: "insufficient_scope")
  }

  func list(query: [String: String]) -> Answer {
    guard let page = number(query["page"] ?? "0", 0...1000),
      let size = number(query["per_page"] ?? "50", 1...100)
    else {
      return .error(400, "Bad Request", "Query validation error", code: "invalid_query_string")
    }
    let sorted = connections.sorted { $0.name.lowercased() < $1.name.lowercased() }
    let items = sorted.dropFirst(page * size).prefix(size).map { shown($0) }
    if query["include_totals"] != "true" { return Answer(status: 200, list: items) }
    return Answer(
      status: 200,
      body: [
        "limit": size, "start": page * size, "total": connections.count, "connections": items,
      ])
  }

  func get(_ id: String) -> Answer {
    guard id.hasPrefix("ac_"), id.count <= 30 else {
      return .error(400, "Bad Request", "Path validation error", code: "invalid_uri")
    }
    guard let found = connections.first(where: { $0.id == id }) else { return Self.notFound }
    return Answer(status: 200, body: shown(found))
  }

  func create(_ text: String) -> Answer {
    let body = object(text)
    guard Set(body.keys).isSubset(of: ["name", "app_id", "setup"]),
      let name = body["name"] as? String, (1...150).contains(name.unicodeScalars.count),
      let appID = body["app_id"] as? String
    else { return Self.invalid("additional or missing property") }
    let setup = body["setup"]
    guard let app = Catalog.builtIn[AppID(appID.lowercased())], appID == appID.uppercased() else {
      return Self.invalid("app_id")
    }
    if setup != nil, !fits(setup, [app]) { return Self.invalid("setup") }
    let made = make(name, appID, setup.map(texts))
    return Answer(status: 201, body: shownAsWritten(made))
  }

  func update(_ id: String, _ text: String) -> Answer {
    let body = object(text)
    guard let index = connections.firstIndex(where: { $0.id == id }) else { return Self.notFound }
    guard Set(body.keys).isSubset(of: ["name", "setup"]) else { return Self.invalid("app_id") }
    if let name = body["name"] {
      guard let name = name as? String, (1...150).contains(name.unicodeScalars.count) else {
        return Self.invalid("name")
      }
    }
    if body.keys.contains("setup") {
      let app = Catalog.builtIn[AppID(connections[index].appID.lowercased())]
      guard fits(body["setup"], app.map { [$0] } ?? []) else { return Self.invalid("setup") }
      connections[index].setup = body["setup"].map(texts)
    }
    if let name = body["name"] as? String { connections[index].name = name }
    stamp(index)
    return Answer(status: 200, body: shownAsWritten(connections[index]))
  }

  func delete(_ id: String) -> Answer {
    guard connections.contains(where: { $0.id == id }) else { return Self.notFound }
    connections.removeAll { $0.id == id }
    return Answer(status: 204)
  }

  func listFlows(query: [String: String]) -> Answer {
    let page = number(query["page"] ?? "0", 0...1000) ?? 0
    let size = number(query["per_page"] ?? "50", 1...100) ?? 50
    let items = flows.dropFirst(page * size).prefix(size).map { flow -> [String: Any] in
      [
        "id": flow.id, "name": flow.name, "created_at": Self.date(clock),
        "updated_at": Self.date(clock),
      ]
    }
    return Answer(
      status: 200,
      body: ["limit": size, "start": page * size, "total": flows.count, "flows": Array(items)])
  }

  func flow(_ id: String) -> Answer {
    guard let found = flows.first(where: { $0.id == id }) else {
      return .error(404, "Not Found", "Flow not found")
    }
    if let json = rawFlows[id] { return Answer(status: 200, text: json) }
    var body = found.definition
    body["created_at"] = Self.date(clock)
    body["updated_at"] = Self.date(clock)
    return Answer(status: 200, body: body)
  }

  // MARK: Parts

  private static let notFound = Answer.error(404, "Not Found", "Connection not found")

  private static func invalid(_ property: String) -> Answer {
    .error(
      400, "Bad Request", "Payload validation error: 'wrong' on property \(property)",
      code: "invalid_body")
  }

  /// Whether a setup is a whole shape of one of the apps, with nothing else in it.
  private func fits(_ setup: Any?, _ apps: [App]) -> Bool {
    guard let setup = setup as? [String: Any], let type = setup["type"] as? String else {
      return false
    }
    return apps.flatMap(\.setups).contains { shape in
      guard shape.type.rawValue.uppercased() == type else { return false }
      let given = setup.filter { $0.key != "type" }
      let names = given.keys.map { FieldName($0) }
      guard shape.missing(from: names).isEmpty else { return false }
      return given.allSatisfy { key, value in
        guard let field = shape[FieldName(key)] else { return shape.isOpen }
        guard let text = value as? String else { return false }
        return field.constraint.violation(of: text) == nil
      }
    }
  }

  private func make(_ name: String, _ appID: String, _ setup: [String: String]?) -> Connection {
    clock += 1
    let id = "ac_" + String(UUID().uuidString.replacingOccurrences(of: "-", with: "").prefix(22))
    let made = Connection(
      id: id, appID: appID, name: name, setup: setup, createdAt: now(), updatedAt: now(),
      fingerprint: UUID().uuidString)
    connections.append(made)
    return made
  }

  private func stamp(_ index: Int) {
    connections[index].updatedAt = now()
    connections[index].fingerprint = UUID().uuidString
  }

  private func now() -> Int64 {
    clock = max(clock + 1, Int64(Date().timeIntervalSince1970 * 1000))
    return clock
  }

  private func shown(_ connection: Connection) -> [String: Any] {
    var body: [String: Any] = [
      "id": connection.id, "app_id": connection.appID, "name": connection.name,
      "ready": connection.setup != nil, "created_at": Self.date(connection.createdAt),
      "updated_at": Self.date(connection.updatedAt), "fingerprint": connection.fingerprint,
    ]
    for (key, value) in rawItems[connection.name] ?? [:] { body[key] = value }
    // As the vendor's: pieces of the secret.
    if let value = connection.setup?.values.max(by: { $0.count < $1.count }) {
      body["account_name"] = "\(value.prefix(3))***\(value.suffix(3))"
    }
    return body
  }

  /// The answer to a write has one field more where there is no setup.
  private func shownAsWritten(_ connection: Connection) -> [String: Any] {
    var body = shown(connection)
    if connection.setup == nil { body["refreshed_at"] = NSNull() }
    return body
  }

  private static func date(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      .formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
      .replacingOccurrences(of: "Z", with: "") + "Z"
  }

  private func texts(_ setup: Any) -> [String: String] {
    (setup as? [String: Any] ?? [:]).mapValues { "\($0)" }
  }

  private func object(_ text: String) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
  }

  private func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }
}
