private import FoundationEssentials
package import Model

/// Events of a store without a log, found by comparing its states. Of two changes between two polls
/// only the last one shows. Its author is that of the applied record.
///
/// A version without a record of its own is a foreign write. A ledger gets the record after the store, so
/// that is only said at the next poll, if the version still has none.
package struct ComparingFeed: ChangeFeed {
  /// The compared parts of one connection.
  fileprivate struct Mark: Hashable, Codable {
    let id: StoreID
    let version: StoreVersion
    let attempt: TokenAttempt?
    let isStopped: Bool
    let failures: Int
    let hasTokens: Bool
    /// A later version, which has no record so far.
    var unrecorded: StoreVersion?
  }

  private struct Position: Codable {
    let marks: [String: Mark]
    let takeOver: String?
  }

  /// A connection as it is found.
  private struct Found {
    let mark: Mark
    /// Of exactly this version.
    let record: AppliedRecord?
  }

  private let reader: any ConnectionReader
  private let tokens: (any TokenStore)?
  private let takeOvers: (any TakeOverReader)?
  private let now: @Sendable () -> Timestamp

  package init(
    _ reader: any ConnectionReader, tokens: (any TokenStore)?,
    takeOvers: (any TakeOverReader)? = nil, now: @escaping @Sendable () -> Timestamp
  ) {
    self.reader = reader
    self.tokens = tokens
    self.takeOvers = takeOvers
    self.now = now
  }

  package var pauseMilliseconds: Int64 { 5000 }

  package var startCursor: FeedCursor? { nil }

  package func currentCursor() async throws(StoreError) -> FeedCursor {
    try Self.cursor(
      try await found().mapValues(\.mark), try await takeOvers?.lastTakeOver()?.token)
  }

  package func events(
    after cursor: FeedCursor
  ) async throws(StoreError) -> ([StoreEvent], FeedCursor) {
    let position: Position
    do {
      position = try JSONDecoder().decode(Position.self, from: Data(cursor.rawValue.utf8))
    } catch {
      throw .refused("it is not a cursor of this store")
    }
    let before = Dictionary(
      position.marks.compactMap { text, mark in ConnectionName(text).map { ($0, mark) } }
    ) { first, _ in first }
    let time = now()
    let found = try await found()
    var events: [StoreEvent] = []
    var marks: [ConnectionName: Mark] = [:]
    for name in Set(before.keys).union(found.keys).sorted() {
      let (kinds, mark) = Self.kinds(before[name], found[name])
      let provenance = found[name]?.record?.provenance
      marks[name] = mark
      events += kinds.map { kind in
        StoreEvent(
          at: time, who: kind.isOfRecord ? provenance?.who ?? "-" : "-", kind: kind,
          connection: name.rawValue, version: nil,
          commit: kind.isOfRecord ? provenance?.commit : nil)
      }
    }
    let takeOver = try await takeOvers?.lastTakeOver()
    if let takeOver, takeOver.token != position.takeOver {
      events.append(
        StoreEvent(
          at: takeOver.at, who: takeOver.who, kind: .lockTakenOver(from: takeOver.from),
          connection: nil,
          version: nil, commit: nil))
    }
    return (events, try Self.cursor(marks, takeOver?.token ?? position.takeOver))
  }

  /// What happened to a connection, and what the next poll compares with.
  private static func kinds(
    _ before: Mark?, _ found: Found?
  ) -> (kinds: [StoreEvent.Kind], mark: Mark?) {
    guard let found else { return (before == nil ? [] : [.deleted], nil) }
    let after = found.mark
    guard let before, before.id == after.id else {
      return (
        (before == nil ? [] : [.deleted]) + [.created]
          + (after.hasTokens ? [.token(.authorized)] : []), after
      )
    }
    var kinds: [StoreEvent.Kind] = []
    var mark = after
    if before.version != after.version {
      if let record = found.record {
        kinds.append(record.provenance.rolledBackTo.map { .rolledBack(to: $0) } ?? .updated)
      } else if before.unrecorded == after.version {
        kinds.append(.foreignWrite)
      } else {
        mark = after.awaitingRecord(since: before.version)
      }
    }
    if before.attempt != after.attempt {
      kinds.append(
        .token(!after.hasTokens ? .revoked : before.hasTokens ? .refreshed : .authorized))
    } else if after.isStopped, !before.isStopped {
      kinds.append(.token(.stopped))
    } else if after.failures > before.failures {
      kinds.append(.token(.failed))
    }
    return (kinds, mark)
  }

  private func found() async throws(StoreError) -> [ConnectionName: Found] {
    let snapshot = try await reader.read()
    let records = try await tokens?.tokenRecords(in: snapshot) ?? [:]
    return snapshot.actual.mapValues { connection in
      let record = records[connection.name]?.record
      let applied = snapshot.applied[connection.name]
      return Found(
        mark: Mark(
          id: connection.id, version: connection.version, attempt: record?.tokens?.attempt,
          isStopped: record?.stop != nil, failures: record?.attempts ?? 0,
          hasTokens: record?.tokens != nil),
        record: applied?.version == connection.version ? applied : nil)
    }
  }

  private static func cursor(
    _ marks: [ConnectionName: Mark], _ takeOver: String?
  ) throws(StoreError) -> FeedCursor {
    do {
      return FeedCursor(
        try canonicalJSON(
          Position(
            marks: Dictionary(marks.map { ($0.key.rawValue, $0.value) }) { $1 }, takeOver: takeOver)
        ))
    } catch {
      throw .corrupt("the state of the store cannot be encoded")
    }
  }
}

extension ComparingFeed.Mark {
  /// The same, still at the version before.
  fileprivate func awaitingRecord(since version: StoreVersion) -> Self {
    Self(
      id: id, version: version, attempt: attempt, isStopped: isStopped, failures: failures,
      hasTokens: hasTokens, unrecorded: self.version)
  }
}

extension StoreEvent.Kind {
  /// Whether the applied record says who did it.
  fileprivate var isOfRecord: Bool {
    switch self {
    case .created, .updated, .rolledBack: true
    case .recorded, .deleted, .renamed, .renamedFrom, .foreignWrite, .lockTakenOver,
      .storeReplaced, .grantRecorded, .token, .version, .other:
      false
    }
  }
}
