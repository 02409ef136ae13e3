private import FoundationEssentials
import Model

/// What happened in a store without a log that can be read on from: told by comparing what it has with
/// what it had. Of two changes between two looks the last one shows, and nobody's name.
package struct ComparingFeed: ChangeFeed {
  /// What is compared of one connection.
  private struct Mark: Hashable, Codable {
    let id: StoreID
    let version: StoreVersion
    let attempt: TokenAttempt?
    let isStopped: Bool
    let failures: Int
    let hasTokens: Bool
  }

  private let store: any Store

  package init(_ store: any Store) { self.store = store }

  package var pauseMilliseconds: Int64 { 5000 }

  package func currentCursor() async throws(StoreError) -> FeedCursor {
    try cursor(try await marks())
  }

  package func events(
    after cursor: FeedCursor
  ) async throws(StoreError) -> ([StoreEvent], FeedCursor) {
    let before: [ConnectionName: Mark]
    do {
      let named = try JSONDecoder().decode([String: Mark].self, from: Data(cursor.rawValue.utf8))
      before = Dictionary(
        named.compactMap { text, mark in ConnectionName(text).map { ($0, mark) } }
      ) { first, _ in first }
    } catch {
      throw .refused("it is not a cursor of this store")
    }
    let now = Timestamp(Date())
    let found = try await marks()
    let events = Set(before.keys).union(found.keys).sorted().flatMap { name in
      Self.what(before[name], found[name]).map { what in
        StoreEvent(
          at: now, who: "-", what: what, connection: name.rawValue, version: nil, commit: nil)
      }
    }
    return (events, try self.cursor(found))
  }

  /// In the words of a store's log.
  private static func what(_ before: Mark?, _ after: Mark?) -> [String] {
    guard let after else { return before == nil ? [] : ["delete"] }
    guard let before, before.id == after.id else {
      return (before == nil ? [] : ["delete"]) + ["create"]
        + (after.hasTokens ? ["authorized"] : [])
    }
    var what: [String] = before.version == after.version ? [] : ["update"]
    if before.attempt != after.attempt {
      what.append(
        !after.hasTokens ? "revoked" : before.hasTokens ? "token refreshed" : "authorized")
    } else if after.isStopped, !before.isStopped {
      what.append("token stopped")
    } else if after.failures > before.failures {
      what.append("token failed")
    }
    return what
  }

  private func marks() async throws(StoreError) -> [ConnectionName: Mark] {
    let actual = try await store.read().actual
    let records = try await store.tokenStore?.tokenRecords() ?? [:]
    return actual.mapValues { connection in
      let record = records[connection.name]?.record
      return Mark(
        id: connection.id, version: connection.version, attempt: record?.tokens?.attempt,
        isStopped: record?.stop != nil, failures: record?.attempts ?? 0,
        hasTokens: record?.tokens != nil)
    }
  }

  private func cursor(_ marks: [ConnectionName: Mark]) throws(StoreError) -> FeedCursor {
    do {
      return FeedCursor(
        try canonicalJSON(Dictionary(marks.map { ($0.key.rawValue, $0.value) }) { $1 }))
    } catch {
      throw .corrupt("what the store has cannot be compared")
    }
  }
}
