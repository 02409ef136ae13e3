import Encodings
import FoundationEssentials
import HTTP
import Model
import Stores

/// A KV v2 secret engine: secrets with versions, written by compare-and-swap.
///
/// Paths are relative to the mount, and encoded.
struct KVEngine: Sendable {
  /// Names of one page of a list.
  static let pageSize = 500
  /// Maximum number of parallel requests.
  static let width = 8

  let api: BaoAPI
  let mount: String
  /// Milliseconds since 1970.
  let now: @Sendable () -> Int64

  // MARK: Lists

  /// The secrets right below a path with their metadata, by their last part; folders are left out.
  func list(_ path: String) async throws(StoreError) -> [String: KVMetadata] {
    if let found = try await detailedList(path) { return found }
    let names = try await names(path)
    let results = try await Self.inParallel(names) { name -> Result<KVMetadata?, StoreError> in
      do throws(StoreError) {
        return .success(try await metadata("\(path)/\(percentEncoded(name))"))
      } catch {
        return .failure(error)
      }
    }
    var found: [String: KVMetadata] = [:]
    for (name, metadata) in zip(names, results) { found[name] = metadata }
    return found
  }

  /// OpenBao returns names and metadata in one response; `nil` if the server, or the policy, does
  /// not.
  private func detailedList(_ path: String) async throws(StoreError) -> [String: KVMetadata]? {
    struct Response: Decodable {
      struct Payload: Decodable {
        let keys: [String]
        let key_info: [String: Entry]
      }
      /// A folder has no metadata, or not a secret's.
      struct Entry: Decodable {
        let metadata: KVMetadataResponse?

        init(from decoder: any Decoder) throws { metadata = try? KVMetadataResponse(from: decoder) }
      }
      let data: Payload
    }
    var found: [String: KVMetadata] = [:]
    var last = ""
    while true {
      let response: HTTPResponse
      do throws(RequestFailure) {
        response = try await api.call(
          .get, "\(mount)/detailed-metadata/\(path)/?\(page(after: last))", "list",
          isRepeatable: true)
      } catch {
        guard last.isEmpty else { throw error.storeError }
        switch error.storeError {
        case .permissionDenied, .refused: return nil
        case let error: throw error
        }
      }
      guard response.isSuccess else {
        return last.isEmpty && !BaoResponse(response).isEmptyList ? nil : found
      }
      guard let read = try? JSONDecoder().decode(Response.self, from: Data(response.body)).data
      else {
        throw .corrupt("a list has an unexpected format")
      }
      for (name, entry) in read.key_info where !name.hasSuffix("/") {
        guard let metadata = entry.metadata else {
          throw .corrupt("the metadata of `\(path)/\(name)` has an unexpected format")
        }
        found[name] = KVMetadata(metadata, now: time)
      }
      guard read.keys.count == Self.pageSize, let end = read.keys.last, end > last else {
        return found
      }
      last = end
    }
  }

  private func names(_ path: String) async throws(StoreError) -> [String] {
    struct Response: Decodable {
      struct Payload: Decodable { let keys: [String] }
      let data: Payload
    }
    var found: [String] = []
    while true {
      let last = found.last ?? ""
      guard
        let body = try await api.repeatable(
          .get, "\(mount)/metadata/\(path)/?\(page(after: last))", "list")
      else { break }
      guard let keys = try? JSONDecoder().decode(Response.self, from: Data(body)).data.keys else {
        throw .corrupt("a list has an unexpected format")
      }
      // A server without paging returns all of them each time.
      let new = keys.filter { $0.utf8.lexicographicallyPrecedes(last.utf8) == false && $0 != last }
      found += new
      if keys.count != Self.pageSize || new.isEmpty { break }
    }
    return found.filter { !$0.hasSuffix("/") }
  }

  private func page(after last: String) -> String {
    "list=true&limit=\(Self.pageSize)" + (last.isEmpty ? "" : "&after=\(percentEncoded(last))")
  }

  // MARK: One secret

  func metadata(_ path: String) async throws(StoreError) -> KVMetadata? {
    struct Response: Decodable { let data: KVMetadataResponse }
    guard let body = try await api.repeatable(.get, "\(mount)/metadata/\(path)", "read") else {
      return nil
    }
    guard let read = try? JSONDecoder().decode(Response.self, from: Data(body)) else {
      throw .corrupt("the metadata of `\(path)` has an unexpected format")
    }
    return KVMetadata(read.data, now: time)
  }

  /// `nil` also where the policy does not let us look.
  func metadataIfPermitted(_ path: String) async throws(StoreError) -> KVMetadata? {
    do throws(StoreError) {
      return try await metadata(path)
    } catch {
      guard case .permissionDenied = error else { throw error }
      return nil
    }
  }

  private var time: Timestamp { Timestamp(milliseconds: now()) }

  /// Replaces all of the metadata beside the data.
  ///
  /// - Parameter version: of the metadata, if the server counts it.
  /// - Returns: whether it is as given; false if another process was first.
  func putMetadata(
    _ path: String, custom: [String: String], after version: Int64?
  ) async throws(StoreError) -> Bool {
    let condition = version.map { ",\"metadata_cas\":\($0)" } ?? ""
    let body = Array("{\"custom_metadata\":\(canonicalJSON(custom))\(condition)}".utf8)
    let response: HTTPResponse
    do throws(RequestFailure) {
      response = try await api.call(
        .post, "\(mount)/metadata/\(path)", "create and update", body: body, isRepeatable: true)
    } catch {
      throw error.storeError
    }
    guard BaoResponse(response).isVersionMismatch else { return true }
    // After a lost response, the current version may be our own.
    return try await metadata(path)?.custom == custom
  }

  /// How many versions are kept.
  func keepVersions(_ count: Int, of path: String) async throws(StoreError) {
    _ = try await api.repeatable(
      .post, "\(mount)/metadata/\(path)", "create and update",
      body: Self.json(["max_versions": count]))
  }

  /// The data of one version, as the server gives it.
  struct Content {
    let data: JSONObject
    let version: Int64
    /// Beside all versions; `nil` from a server that does not return it with data.
    let custom: [String: String]?
  }

  /// The data of a version; `nil` if there is none.
  func data(_ path: String, version: Int64? = nil) async throws(StoreError) -> Content? {
    let query = version.map { "?version=\($0)" } ?? ""
    guard let body = try await api.repeatable(.get, "\(mount)/data/\(path)\(query)", "read")
    else { return nil }
    guard let data = JSONObject(body[...])?.object("data"), let content = data.object("data"),
      let metadata = data.object("metadata"), let number = metadata["version"],
      let version = Int64(String(decoding: number, as: UTF8.self))
    else { throw .corrupt("the data of `\(path)` has an unexpected format") }
    return Content(
      data: content, version: KVMetadata.countable(version), custom: Self.custom(metadata))
  }

  private static func custom(_ metadata: JSONObject) -> [String: String]? {
    guard let value = metadata["custom_metadata"] else { return nil }
    let members = JSONObject(value)?.members ?? []
    return members.reduce(into: [:]) { texts, member in
      if case .string(let text) = JSONObject.plain(member.value) { texts[member.name] = text }
    }
  }

  enum Written {
    case written
    /// The current version is not the expected one.
    case mismatch
    case unknown(String)
  }

  /// Writes data if the secret is at that version; the next one is its number plus 1.
  ///
  /// - Parameter data: a JSON object.
  func put(_ path: String, data: [UInt8], after version: Int64) async throws(StoreError) -> Written
  {
    var body = JSONWriter()
    body.object {
      $0.name("options")
      $0.object {
        $0.name("cas")
        $0.integer(version)
      }
      $0.name("data")
      $0.raw(data)
    }
    do throws(RequestFailure) {
      let response = try await api.call(
        .post, "\(mount)/data/\(path)", "create and update", body: body.bytes, isRepeatable: false)
      if response.isSuccess { return .written }
      if BaoResponse(response).isVersionMismatch { return .mismatch }
      throw .refused(.refused("a write to `\(path)` responded with \(response.status)"))
    } catch {
      switch error {
      case .refused(let error): throw error
      case .unknown(let reason): return .unknown(reason)
      }
    }
  }

  /// Deletes one version; it can be restored.
  func delete(_ path: String, version: Int64) async throws(StoreError) {
    _ = try await api.repeatable(
      .post, "\(mount)/delete/\(path)", "update", body: Self.json(["versions": [version]]))
  }

  /// Removes a secret with all its versions.
  func destroy(_ path: String) async throws(StoreError) {
    _ = try await api.repeatable(.delete, "\(mount)/metadata/\(path)", "delete")
  }

  /// Whether the token may read the data of a path.
  ///
  /// A token without the default policy may not ask for its capabilities: then reading shows it.
  func mayReadData(_ path: String) async throws(StoreError) -> Bool {
    let full = "\(mount)/data/\(path)"
    guard let capabilities = try await capabilities(of: full) else {
      return try await isReadable(full)
    }
    return !capabilities.isDisjoint(with: ["read", "root"])
  }

  /// - Throws: `permissionDenied` if the token may not remove a secret with all its versions. Where it may not ask,
  ///   nothing is thrown.
  func requireDestroyable(_ path: String) async throws(StoreError) {
    let full = "\(mount)/metadata/\(path)"
    guard let capabilities = try await capabilities(of: full),
      capabilities.isDisjoint(with: ["delete", "root"])
    else { return }
    throw .permissionDenied(["delete on `\(full)`"])
  }

  /// What the token may do at a path; `nil` if it may not ask.
  private func capabilities(of path: String) async throws(StoreError) -> Set<String>? {
    let body: [UInt8]?
    do throws(StoreError) {
      body = try await api.repeatable(
        .post, "sys/capabilities-self", "update", body: Self.json(["paths": [path]]))
    } catch {
      switch error {
      case .permissionDenied, .unauthorized: return nil
      case let error: throw error
      }
    }
    guard let body,
      let response = try? JSONDecoder().decode(
        [String: [String]].self, from: Self.capabilities(body))
    else { return [] }
    return Set(response[path] ?? [])
  }

  private func isReadable(_ path: String) async throws(StoreError) -> Bool {
    do throws(StoreError) {
      _ = try await api.repeatable(.get, path, "read")
      return true
    } catch {
      guard case .permissionDenied = error else { throw error }
      return false
    }
  }

  private static func capabilities(_ body: [UInt8]) -> Data {
    Data(JSONObject(body[...])?.object("data")?.whole ?? [])
  }

  /// Refuses an engine of another kind, if the server says which it is.
  func check() async throws(StoreError) {
    struct Response: Decodable {
      struct Payload: Decodable {
        let type: String
        let options: [String: String]?
      }
      let data: Payload
    }
    let body: [UInt8]?
    do throws(StoreError) {
      body = try await api.repeatable(.get, "sys/internal/ui/mounts/\(mount)", "read")
    } catch {
      // A missing mount and one that the policy does not mention are refused alike; the next request
      // tells them apart.
      if case .permissionDenied = error { return }
      throw error
    }
    guard let body, let read = try? JSONDecoder().decode(Response.self, from: Data(body)).data
    else {
      return
    }
    guard read.type == "kv", read.options?["version"] == "2" else {
      let kind = read.type == "kv" ? "KV version \(read.options?["version"] ?? "1")" : read.type
      throw .misconfigured(
        "`\(mount)/` is a \(kind) engine, but KV version 2 is required: check `store.mount`, or upgrade it"
          + " with: bao kv enable-versioning")
    }
  }

  private static func json(_ value: some Encodable) -> [UInt8] {
    Array(canonicalText(value).utf8)
  }
}
