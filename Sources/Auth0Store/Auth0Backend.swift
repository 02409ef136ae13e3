import Encodings
import FoundationEssentials
package import HTTP
package import Model
package import Pacing
package import Stores

/// The vault connections of an Auth0 tenant (Management API v2, `/flows/vault/connections`).
package struct Auth0Backend: RecordlessBackend {
  private static let path = "/flows/vault/connections"
  private static let pageSize = 100
  /// A list that changes while it is read is read again.
  private static let listPolicy = RetryPolicy(.attempts(5), Backoff(first: 1))
  /// A write whose response is lost.
  private static let writePolicy = RetryPolicy(.attempts(4))

  package let description: StoreDescription
  private let api: ManagementAPI

  /// - Parameters:
  ///   - domain: the tenant's: `acme.eu.auth0.com`.
  ///   - credentials: called once, before the first request.
  ///   - base: where its API is, without a slash at the end; `nil`: at the domain.
  package init(
    domain: String, base: String?,
    credentials: @escaping @Sendable () throws(StoreError) -> Auth0Credentials,
    http: any HTTPTransport,
    runtime: Runtime
  ) {
    description = StoreDescription(type: "auth0", location: domain)
    api = ManagementAPI(
      base: base ?? "https://\(domain)", audience: "https://\(domain)/api/v2/",
      credentials: credentials, http: http, runtime: runtime)
  }

  package func check(_ operations: Set<BackendOperation>) async throws(StoreError) {
    guard let granted = try await api.scopes() else { return }
    let missing = operations.map { "\($0.rawValue):flows_vault_connections" }.sorted()
      .filter { !granted.contains($0) }
    if !missing.isEmpty { throw .permissionDenied(missing) }
  }

  package func list() async throws(StoreError) -> [BackendConnection] {
    var retry = Retry(Self.listPolicy, api.runtime)
    repeat {
      guard let items = try await wholeList() else { continue }
      return try Self.unambiguous(
        try items.map { item throws(StoreError) in try item.connection() })
    } while await retry.waitForNextAttempt()
    throw .unavailable("its list of connections keeps changing while it is read")
  }

  /// `nil` if the pages do not fit together: the list changed between two of them.
  private func wholeList() async throws(StoreError) -> [Item]? {
    var items: [String: Item] = [:]
    var total: Int?
    var page = 0
    while total == nil || page * Self.pageSize < total ?? 0 {
      let query = "?page=\(page)&per_page=\(Self.pageSize)&include_totals=true"
      let response = try await repeatable(.get, Self.path + query)
      guard let read = try? JSONDecoder().decode(Page.self, from: Data(response.body)) else {
        throw .corrupt("the list of connections has an unexpected format")
      }
      if let total, total != read.total { return nil }
      total = read.total
      let count = items.count
      for item in read.connections { items[item.id] = item }
      if items.count != count + read.connections.count { return nil }
      if read.connections.isEmpty { break }
      page += 1
    }
    return items.count == total ? items.values.sorted { $0.id < $1.id } : nil
  }

  private static func unambiguous(
    _ connections: [BackendConnection]
  ) throws(StoreError) -> [BackendConnection] {
    let byName = Dictionary(grouping: connections) { $0.name }
    if let twice = byName.filter({ $0.value.count > 1 }).min(by: { $0.key < $1.key }) {
      throw .ambiguousName(twice.key, twice.value.map(\.id).sorted())
    }
    return connections
  }

  package func create(_ write: BackendWrite) async throws(StoreError) -> BackendConnection {
    let start = api.runtime.now().milliseconds
    let body = try SetupBody.connection(write, isNew: true)
    var retry = Retry(Self.writePolicy, api.runtime)
    while true {
      do throws(RequestFailure) {
        let response = try await api.call(.post, Self.path, body: body, isRepeatable: false)
        return try Self.item(response).connectionOrUnknown()
      } catch {
        switch error {
        case .refused(let error): throw error
        case .unknown(let reason):
          // Looks up the result first: a POST is never repeated blindly.
          let isLast = retry.isExhausted
          await retry.wait()
          if let made = try await made(write, since: start) { return made }
          if isLast { throw .unavailable(reason) }
        }
      }
    }
  }

  /// A connection of that name that is no older than our attempt; clocks may differ by minutes.
  private func made(
    _ write: BackendWrite, since start: Int64
  ) async throws(StoreError) -> BackendConnection? {
    try await list().first {
      $0.name == write.name && $0.app == write.app
        && $0.createdAt.milliseconds >= start - 300_000
    }
  }

  package func update(
    _ id: StoreID, from version: StoreVersion, _ write: BackendWrite
  ) async throws(StoreError) -> BackendConnection {
    let body = try SetupBody.connection(write, isNew: false)
    let path = "\(Self.path)/\(percentEncoded(id.rawValue))"
    var retry = Retry(Self.writePolicy, api.runtime)
    while true {
      let present = try await connection(at: path)
      guard let present else {
        throw .versionConflict(write.name, expected: version, found: nil)
      }
      if present.version != version {
        // After a lost response, another version is most likely ours.
        if retry.count > 0 { return present }
        throw .versionConflict(write.name, expected: version, found: present.version)
      }
      do throws(RequestFailure) {
        let response = try await api.call(.patch, path, body: body, isRepeatable: false)
        if response.status == 404 {
          throw RequestFailure.refused(
            .versionConflict(write.name, expected: version, found: nil))
        }
        return try Self.item(response).connectionOrUnknown()
      } catch {
        switch error {
        case .refused(let error): throw error
        case .unknown(let reason):
          guard await retry.waitForNextAttempt() else { throw .outcomeUnknown(reason) }
        }
      }
    }
  }

  package func delete(
    _ id: StoreID, named name: ConnectionName, from version: StoreVersion
  ) async throws(StoreError) {
    let path = "\(Self.path)/\(percentEncoded(id.rawValue))"
    guard let present = try await connection(at: path) else { return }
    guard present.version == version else {
      throw .versionConflict(name, expected: version, found: present.version)
    }
    _ = try await repeatable(.delete, path)
  }

  package func flows() async throws(StoreError) -> [FlowDefinition] {
    struct Flows: Decodable {
      struct Item: Decodable {
        let id: String
        let name: String?
      }
      let total: Int
      let flows: [Item]
    }
    var found: [Flows.Item] = []
    var page = 0
    while true {
      let response = try await repeatable(
        .get, "/flows?page=\(page)&per_page=\(Self.pageSize)&include_totals=true")
      guard let read = try? JSONDecoder().decode(Flows.self, from: Data(response.body)) else {
        throw .corrupt("the list of flows has an unexpected format")
      }
      found += read.flows
      page += 1
      if read.flows.isEmpty || page * Self.pageSize >= read.total { break }
    }
    var flows: [FlowDefinition] = []
    for item in found {
      let response = try await repeatable(.get, "/flows/\(percentEncoded(item.id))")
      if response.status == 404 { continue }
      flows.append(FlowDefinition(name: item.name ?? item.id, json: response.body))
    }
    return flows
  }

  private func connection(at path: String) async throws(StoreError) -> BackendConnection? {
    let response = try await repeatable(.get, path)
    if response.status == 404 { return nil }
    do throws(RequestFailure) {
      return try Self.item(response).connectionOrUnknown()
    } catch {
      throw .corrupt("a connection has an unexpected format")
    }
  }

  private func repeatable(
    _ method: HTTPRequest.Method, _ path: String
  ) async throws(StoreError) -> HTTPResponse {
    do throws(RequestFailure) {
      return try await api.call(method, path, isRepeatable: true)
    } catch {
      switch error {
      case .refused(let error): throw error
      case .unknown(let reason): throw .unavailable(reason)
      }
    }
  }

  private static func item(_ response: HTTPResponse) throws(RequestFailure) -> Item {
    guard let item = try? JSONDecoder().decode(Item.self, from: Data(response.body)) else {
      throw .unknown("its response has an unexpected format")
    }
    return item
  }
}

private struct Page: Decodable {
  let total: Int
  let connections: [Item]
}

/// A connection in the API's response. `account_name` is not read: it holds pieces of the secret.
private struct Item: Decodable {
  let id: String
  let app_id: String
  let name: String
  let ready: Bool
  let created_at: String
  let updated_at: String
  let fingerprint: String?

  func connection() throws(StoreError) -> BackendConnection {
    guard let name = ConnectionName(name), let created = Self.time(created_at),
      let updated = Self.time(updated_at)
    else { throw .corrupt("connection \(id) has a name or a time with an unexpected format") }
    return BackendConnection(
      id: StoreID(id), name: name, app: AppID(app_id.lowercased()), isReady: ready,
      version: StoreVersion(fingerprint ?? updated_at), createdAt: created, updatedAt: updated)
  }

  /// The response to a write; if it cannot be parsed, the outcome is unknown.
  func connectionOrUnknown() throws(RequestFailure) -> BackendConnection {
    do throws(StoreError) {
      return try connection()
    } catch {
      throw .unknown("its response has an unexpected format")
    }
  }

  private static func time(_ text: String) -> Timestamp? {
    let styles = [
      Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle(),
    ]
    return styles.lazy.compactMap { try? Date(text, strategy: $0) }.first.map(Timestamp.init)
  }
}
