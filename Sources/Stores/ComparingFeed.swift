private import FoundationEssentials
package import Model

/// Events of a store without a log, found by comparing its states. Of two changes between two polls
/// only the last one shows, and no author.
package struct ComparingFeed: ChangeFeed {
  /// The compared parts of one connection.
  private struct Mark: Hashable, Codable {
    let id: StoreID
    let version: StoreVersion
    let attempt: TokenAttempt?
    let isStopped: Bool
    let failures: Int
    let hasTokens: Bool
  }

  private let reader: any ConnectionReader
  private let tokens: (any TokenStore)?
  private let now: @Sendable () -> Timestamp

  package init(
    _ reader: any ConnectionReader, tokens: (any TokenStore)?,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.reader = reader
    self.tokens = tokens
    self.now = now
  }

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
    let time = now()
    let found = try await marks()
    let events = Set(before.keys).union(found.keys).sorted().flatMap { name in
      Self.kinds(before[name], found[name]).map { kind in
        StoreEvent(
          at: time, who: "-", kind: kind, connection: name.rawValue, version: nil, commit: nil)
      }
    }
    return (events, try self.cursor(found))
  }

  private static func kinds(_ before: Mark?, _ after: Mark?) -> [StoreEvent.Kind] {
    guard let after else { return before == nil ? [] : [.deleted] }
    guard let before, before.id == after.id else {
      return (before == nil ? [] : [.deleted]) + [.created]
        + (after.hasTokens ? [.token(.authorized)] : [])
    }
    var kinds: [StoreEvent.Kind] = before.version == after.version ? [] : [.updated]
    if before.attempt != after.attempt {
      kinds.append(
        .token(!after.hasTokens ? .revoked : before.hasTokens ? .refreshed : .authorized))
    } else if after.isStopped, !before.isStopped {
      kinds.append(.token(.stopped))
    } else if after.failures > before.failures {
      kinds.append(.token(.failed))
    }
    return kinds
  }

  private func marks() async throws(StoreError) -> [ConnectionName: Mark] {
    let actual = try await reader.read().actual
    let records = try await tokens?.tokenRecords() ?? [:]
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
      throw .corrupt("the state of the store cannot be encoded")
    }
  }
}
