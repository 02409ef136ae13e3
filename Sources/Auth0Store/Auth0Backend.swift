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
  ///   - credentials: read before the first request, and again when the login ends or is refused.
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

  package func list() async throws(StoreError) -> BackendList {
    let items: [ConnectionItem] = try await wholeList(Self.path, "connections")
    var connections: [BackendConnection] = []
    var unreadable: [StoreID: String] = [:]
    for item in items {
      if let connection = item.connection() {
        connections.append(connection)
      } else {
        unreadable[StoreID(item.id)] = item.name ?? ""
      }
    }
    return BackendList(connections, unreadable: unreadable)
  }

  /// All items of a list, by id. It is read again if it changes meanwhile, since an item that moved from
  /// one page to another would be missed.
  private func wholeList<Element: ListItem>(
    _ path: String, _ key: String
  ) async throws(StoreError) -> [Element] {
    var retry = Retry(Self.listPolicy, api.runtime)
    repeat {
      if let items: [Element] = try await pages(path, key) { return items }
    } while await retry.waitForNextAttempt()
    throw .unavailable("its list of \(key) keeps changing while it is read")
  }

  /// `nil` if the pages do not fit together: the list changed between two of them.
  private func pages<Element: ListItem>(
    _ path: String, _ key: String
  ) async throws(StoreError) -> [Element]? {
    var items: [String: Element] = [:]
    var total: Int?
    var page = 0
    while total == nil || page * Self.pageSize < total ?? 0 {
      let query = "?page=\(page)&per_page=\(Self.pageSize)&include_totals=true"
      let response = try await repeatable(.get, path + query)
      let decoder = JSONDecoder()
      decoder.userInfo[.itemsKey] = key
      guard let read = try? decoder.decode(ListPage<Element>.self, from: Data(response.body)) else {
        throw .corrupt("the list of \(key) has an unexpected format")
      }
      if let total, total != read.total { return nil }
      total = read.total
      let count = items.count
      for item in read.items { items[item.id] = item }
      if items.count != count + read.items.count { return nil }
      if read.items.isEmpty { break }
      page += 1
    }
    return items.count == total ? items.values.sorted { $0.id < $1.id } : nil
  }

  /// A POST is repeated only after a list without what the one before it may have made.
  package func create(_ write: BackendWrite) async throws(StoreError) -> BackendConnection {
    let start = api.runtime.now().milliseconds
    let body = try SetupBody.connection(write, isNew: true)
    var retry = Retry(Self.writePolicy, api.runtime)
    while true {
      let lost: String
      do throws(RequestFailure) {
        let response = try await api.call(.post, Self.path, body: body, isRepeatable: false)
        return try Self.created(response)
      } catch {
        switch error {
        case .refused(let error): throw error
        case .unknown(let reason): lost = reason
        }
      }
      let isLast = retry.isExhausted
      await retry.wait()
      let made: BackendConnection?
      do throws(StoreError) {
        made = try await self.made(write, since: start)
      } catch {
        throw .outcomeUnknown(lost)
      }
      if let made { return made }
      if isLast { throw .outcomeUnknown(lost) }
    }
  }

  /// What a POST made. A response without it is not followed by another POST: the connection exists.
  private static func created(
    _ response: HTTPResponse
  ) throws(RequestFailure) -> BackendConnection {
    guard response.isSuccess else { throw .refused(ErrorResponse(response).storeError) }
    do throws(RequestFailure) {
      return try item(response).connectionOrUnknown()
    } catch {
      throw .refused(error.storeError)
    }
  }

  /// A connection of that name that is no older than our attempt; clocks may differ by minutes.
  ///
  /// - Throws: if it may be an entry that cannot be read.
  private func made(
    _ write: BackendWrite, since start: Int64
  ) async throws(StoreError) -> BackendConnection? {
    let list = try await list()
    let made = list.connections.first {
      $0.name == write.name && $0.app == write.app
        && $0.createdAt.milliseconds >= start - 300_000
    }
    if made == nil, list.unreadable.values.contains(write.name.rawValue) {
      throw .corrupt("its entry of `\(write.name)` cannot be read")
    }
    return made
  }

  package func update(
    _ id: StoreID, from version: StoreVersion, _ write: BackendWrite
  ) async throws(StoreError) -> BackendConnection {
    let body = try SetupBody.connection(write, isNew: false)
    let path = "\(Self.path)/\(percentEncoded(id.rawValue))"
    var retry = Retry(Self.writePolicy, api.runtime)
    var lost: String?
    while true {
      guard let present = try await connection(at: path, afterLost: lost) else {
        throw .versionConflict(write.name, expected: version, found: nil)
      }
      if present.version != version {
        // After a lost response, another version is most likely ours.
        if lost != nil { return present }
        throw .versionConflict(write.name, expected: version, found: present.version)
      }
      if write.requiresEmpty, present.isReady {
        throw .refused(
          "`\(write.name)` has a setup there, which is written only as a whole, and the declared one is"
            + " incomplete")
      }
      do throws(RequestFailure) {
        let response = try await api.call(.patch, path, body: body, isRepeatable: false)
        if response.status == 404 {
          throw RequestFailure.refused(
            .versionConflict(write.name, expected: version, found: nil))
        }
        return try Self.item(response).connectionOrUnknown()
      } catch {
        lost = try await Self.nextAttempt(after: error, &retry)
      }
    }
  }

  package func delete(
    _ id: StoreID, named name: ConnectionName, from version: StoreVersion
  ) async throws(StoreError) {
    let path = "\(Self.path)/\(percentEncoded(id.rawValue))"
    var retry = Retry(Self.writePolicy, api.runtime)
    var lost: String?
    while true {
      guard let present = try await connection(at: path, afterLost: lost) else { return }
      guard present.version == version else {
        throw .versionConflict(name, expected: version, found: present.version)
      }
      do throws(RequestFailure) {
        _ = try await api.call(.delete, path, isRepeatable: false)
        return
      } catch {
        lost = try await Self.nextAttempt(after: error, &retry)
      }
    }
  }

  package func flows() async throws(StoreError) -> [FlowDefinition] {
    let found: [FlowItem] = try await wholeList("/flows", "flows")
    var flows: [FlowDefinition] = []
    for item in found {
      let content: FlowDefinition.Content
      do throws(StoreError) {
        let response = try await repeatable(.get, "/flows/\(percentEncoded(item.id))")
        // It was deleted meanwhile.
        if response.status == 404 { continue }
        content = .json(response.body)
      } catch {
        guard case .refused(let reason) = error else { throw error }
        content = .unreadable(reason)
      }
      flows.append(FlowDefinition(name: item.name ?? item.id, content: content))
    }
    return flows
  }

  /// Waits for another attempt of a write whose response is lost.
  ///
  /// - Returns: why it is lost.
  private static func nextAttempt(
    after failure: RequestFailure, _ retry: inout Retry
  ) async throws(StoreError) -> String {
    switch failure {
    case .refused(let error): throw error
    case .unknown(let reason):
      guard await retry.waitForNextAttempt() else { throw .outcomeUnknown(reason) }
      return reason
    }
  }

  /// - Parameter lost: why the response to a write is lost, if one is. Then whatever fails here leaves
  ///   its outcome unknown.
  private func connection(
    at path: String, afterLost lost: String?
  ) async throws(StoreError) -> BackendConnection? {
    do throws(StoreError) {
      return try await connection(at: path)
    } catch {
      throw lost.map(StoreError.outcomeUnknown) ?? error
    }
  }

  private func connection(at path: String) async throws(StoreError) -> BackendConnection? {
    let response = try await repeatable(.get, path)
    if response.status == 404 { return nil }
    do throws(RequestFailure) {
      return try Self.item(response).connectionOrUnknown()
    } catch {
      throw .refused("its response about a connection has an unexpected format")
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

  private static func item(_ response: HTTPResponse) throws(RequestFailure) -> ConnectionItem {
    guard let item = try? JSONDecoder().decode(ConnectionItem.self, from: Data(response.body))
    else {
      throw .unknown("its response has an unexpected format")
    }
    return item
  }
}
