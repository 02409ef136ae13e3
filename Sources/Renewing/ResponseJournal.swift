import FoundationEssentials
import Glibc
package import Model
import Secrets
package import Stores
import Tokens

/// Responses with tokens that are not in the store yet, each in a file of its own: mode 0600,
/// sealed under the store's key, on the disk before anything else is done with it, and removed once
/// the store has it.
package struct ResponseJournal: Sendable {
  private let folder: String

  /// - Parameter folder: an absolute path; it is created when it is needed.
  package init(folder: String) { self.folder = folder }

  private struct Form: Codable {
    let format: Int
    let store: String
    let connection: ConnectionName
    let id: StoreID
    let attempt: TokenAttempt
    let base: TokenAttempt?
    let kind: JournaledResponse.Kind
    let requested: [Scope]
    let client: ClientIdentity
    let sentAt: Timestamp
    let receivedAt: Timestamp?
    let status: Int
    let contentType: String?
    let date: String?
    let retryAfter: String?
    let sealedBody: Data
  }

  package struct Failure: Error, Hashable, Sendable { package let reason: String }

  /// Writes a response; it is on the disk when this returns.
  package func write(_ entry: JournaledResponse, under key: StoreKey) throws(Failure) {
    let bytes: [UInt8]
    do {
      let sealed = try key.seal(
        SecretBytes(copying: entry.response.body), in: entry.id, field: Self.field,
        version: entry.response.sentAt.milliseconds)
      let form = Form(
        format: 1, store: entry.store, connection: entry.connection, id: entry.id,
        attempt: entry.attempt, base: entry.base, kind: entry.kind,
        requested: entry.requested.sorted(), client: entry.client, sentAt: entry.response.sentAt,
        receivedAt: entry.response.receivedAt,
        status: entry.response.status, contentType: entry.response.contentType,
        date: entry.response.date, retryAfter: entry.response.retryAfter, sealedBody: Data(sealed))
      bytes = Array(try canonicalJSON(form).utf8)
    } catch {
      throw Failure(reason: "the response could not be sealed")
    }
    try makeFolder()
    let name = path(entry.attempt)
    try write(bytes, to: name + Self.unfinished)
    guard unsafe rename(name + Self.unfinished, name) == 0 else { throw failure("rename") }
    try syncFolder()
  }

  /// Writes a response if it can: a full disk must not keep the tokens from the store.
  func tryToWrite(_ entry: JournaledResponse, of tokens: any TokenStore) async -> Bool {
    do {
      try write(entry, under: await tokens.tokenKey())
      return true
    } catch {
      return false
    }
  }

  package func clear(_ attempt: TokenAttempt) {
    for ending in ["", Self.unfinished] { _ = unsafe unlink(path(attempt) + ending) }
  }

  /// The responses that are journaled for this store, in the order in which their requests were
  /// sent, and the files that cannot be read.
  package func entries(
    of store: any TokenStore
  ) async throws(StoreError) -> (entries: [JournaledResponse], unreadable: [String]) {
    var entries: [JournaledResponse] = []
    var unreadable: [String] = []
    for name in names() {
      let path = folder + "/" + name
      guard let bytes = contents(of: path),
        let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)), form.format == 1
      else {
        // A file whose writer was killed may be cut off anywhere.
        if !name.hasSuffix(Self.unfinished) { unreadable.append(path) }
        continue
      }
      guard form.store == store.description.description else { continue }
      let opened: SecretBytes
      do throws(StoreError) {
        opened = try await store.tokenKey().open(
          Array(form.sealedBody), in: form.id, field: Self.field,
          version: form.sentAt.milliseconds)
      } catch {
        guard case .corrupt = error else { throw error }
        unreadable.append(path)
        continue
      }
      let body = opened.withBytes { span in span.indices.map { span[$0] } }
      entries.append(
        JournaledResponse(
          store: form.store, connection: form.connection, id: form.id, attempt: form.attempt,
          base: form.base, kind: form.kind, requested: Set(form.requested), client: form.client,
          response: RawResponse(
            status: form.status, contentType: form.contentType, date: form.date,
            retryAfter: form.retryAfter, body: body, sentAt: form.sentAt,
            receivedAt: form.receivedAt)))
    }
    return (entries.sorted { $0.response.sentAt < $1.response.sentAt }, unreadable)
  }

  private static let field: FieldName = "token_answer"
  private static let ending = ".answer"
  /// The suffix of a file that is being written: its process may be killed before the rename.
  private static let unfinished = ".new"

  private func path(_ attempt: TokenAttempt) -> String {
    folder + "/" + attempt.rawValue + Self.ending
  }

  private func names() -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name.hasSuffix(Self.ending) || name.hasSuffix(Self.ending + Self.unfinished) {
        names.append(name)
      }
    }
    return names.sorted()
  }

  private func contents(of path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0, bytes.count < 4 << 20 else { return nil }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }

  private func makeFolder() throws(Failure) {
    let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
    for path in [parent, folder] where !path.isEmpty {
      if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("mkdir \(path)") }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let descriptor = unsafe open(
      path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0o600)
    guard descriptor >= 0 else { throw failure("open \(path)") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write \(path)") }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw failure("fsync \(path)") }
  }

  private func syncFolder() throws(Failure) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open \(folder)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync \(folder)") }
  }

  private func failure(_ what: String) -> Failure {
    Failure(reason: "\(what): \(unsafe String(cString: strerror(errno)))")
  }
}
