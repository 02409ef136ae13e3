import FoundationEssentials
package import Model
import Secrets
package import Stores
import Synchronization
import Tokens

/// Responses with tokens that are not in the store yet: sealed under the store's key, kept before anything
/// else is done with them, and removed once the store has the tokens.
package struct ResponseJournal: Sendable {
  private let place: any ExchangeJournal
  /// Where entries were written before another place was chosen.
  private let previous: (any ExchangeJournal)?
  private let leftovers = Leftovers()

  /// Entries that could not be removed, and why.
  private final class Leftovers: Sendable {
    let faults = Mutex<[TokenAttempt: StoreError]>([:])
  }

  /// - Parameters:
  ///   - place: for new entries.
  ///   - previous: another place; its entries are read and removed too.
  package init(_ place: any ExchangeJournal, previous: (any ExchangeJournal)? = nil) {
    self.place = place
    self.previous = previous
  }

  /// - Parameter folder: an absolute path; it is created when it is needed.
  package init(folder: String) { self.init(JournalFolder(path: folder)) }

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
    /// Of the store key that the body is sealed under; earlier versions did not write it.
    let keyGeneration: UInt64?
    let sealedBody: Data
  }

  /// Writes a response; it is kept when this returns.
  package func write(_ entry: JournaledResponse, under key: StoreKey) async throws(StoreError) {
    let sealed = try key.seal(
      SecretBytes(copying: entry.response.body), in: entry.id, field: Self.field,
      version: entry.response.sentAt.milliseconds)
    let bytes: [UInt8]
    do {
      let form = Form(
        format: 1, store: entry.store, connection: entry.connection, id: entry.id,
        attempt: entry.attempt, base: entry.base, kind: entry.kind,
        requested: entry.requested.sorted(), client: entry.client, sentAt: entry.response.sentAt,
        receivedAt: entry.response.receivedAt,
        status: entry.response.status, contentType: entry.response.contentType,
        date: entry.response.date, retryAfter: entry.response.retryAfter,
        keyGeneration: key.generation, sealedBody: Data(sealed))
      bytes = Array(try canonicalJSON(form).utf8)
    } catch {
      throw .writeFailed("the response cannot be written as JSON")
    }
    try await place.add(bytes, as: entry.attempt.rawValue)
  }

  /// Writes a response if it can: a full disk must not keep the tokens from the store.
  func tryToWrite(_ entry: JournaledResponse, under key: StoreKey) async -> Journaling {
    do throws(StoreError) {
      try await write(entry, under: key)
      return .written
    } catch {
      return .failed(error)
    }
  }

  /// Why no response could be written now; `nil` if one could.
  func fault() async -> StoreError? {
    do throws(StoreError) {
      try await place.check()
      return nil
    } catch {
      return error
    }
  }

  /// Removes a response whose tokens are saved, or not needed. If that fails, a later reader removes it.
  package func clear(_ attempt: TokenAttempt) async {
    var fault: StoreError?
    for place in [place, previous].compactMap(\.self) {
      do throws(StoreError) {
        try await place.remove(attempt.rawValue)
      } catch {
        fault = fault ?? error
      }
    }
    leftovers.faults.withLock { $0[attempt] = fault }
  }

  /// Why a response that is not needed any more is still here; `nil` if none is.
  package var removalFault: StoreError? {
    leftovers.faults.withLock { $0.min { $0.key < $1.key }?.value }
  }

  /// The responses that are journaled for this store, in the order in which their requests were
  /// sent, and those that cannot be read.
  package func entries(
    of store: any TokenStore
  ) async throws(StoreError) -> (entries: [JournaledResponse], unreadable: [UnreadableResponse]) {
    var entries: [JournaledResponse] = []
    var unreadable: [UnreadableResponse] = []
    var present: StoreKey?
    for found in try await place.entries() + (previous?.entries() ?? []) {
      guard let bytes = found.bytes,
        let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)), form.format == 1
      else {
        // One that is being written may be cut off anywhere.
        if found.isComplete { unreadable.append(.damaged(location: found.location)) }
        continue
      }
      guard form.store == store.description.description else { continue }
      let opened: SecretBytes
      do throws(StoreError) {
        let key: StoreKey
        if let present { key = present } else { key = try await store.tokenKey() }
        present = key
        opened = try key.open(
          Array(form.sealedBody), in: form.id, field: Self.field,
          version: form.sentAt.milliseconds)
      } catch {
        guard case .corrupt = error else { throw error }
        let isEarlier = present.map { (form.keyGeneration ?? .max) < $0.generation } ?? false
        unreadable.append(
          isEarlier
            ? .underEarlierKey(form.connection, location: found.location)
            : .damaged(location: found.location))
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
}

/// A response in the journal that cannot be read.
package enum UnreadableResponse: Hashable, Sendable {
  /// Or of another project's store with the same description.
  case damaged(location: String)
  /// Its writer did not know yet that the store has another key.
  case underEarlierKey(ConnectionName, location: String)
}
