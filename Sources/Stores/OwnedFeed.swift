private import FoundationEssentials
import Model

/// A store's events as one owner sees them: what others write to connections of theirs is a foreign write, and
/// what else happens to those is left out.
///
/// A connection that is gone has no owner any more, so a cursor also has the names of the owner's own.
struct OwnedFeed: ChangeFeed {
  private struct Position: Codable {
    /// The feed's own cursor.
    let cursor: String
    let names: Set<String>
  }

  let feed: any ChangeFeed
  /// Sets apart what is others'.
  let reader: any ConnectionReader

  var pauseMilliseconds: Int64 { feed.pauseMilliseconds }

  /// From there on, all events of connections that are not others' now.
  var startCursor: FeedCursor? { feed.startCursor }

  func currentCursor() async throws(StoreError) -> FeedCursor {
    let names = try await reader.read().ownNames
    return Self.cursor(try await feed.currentCursor(), names)
  }

  func events(after cursor: FeedCursor) async throws(StoreError) -> ([StoreEvent], FeedCursor) {
    let position = Self.position(cursor)
    let (events, end) = try await feed.events(
      after: position.map { FeedCursor($0.cursor) } ?? cursor)
    if events.isEmpty { return ([], position.map { Self.cursor(end, $0.names) } ?? end) }
    let snapshot = try await reader.read()
    let foreign = Set(snapshot.foreign.keys.map(\.rawValue))
    guard let position else {
      return (events.filter { !foreign.contains($0.connection ?? "") }, end)
    }
    let present = snapshot.ownNames
    var names = position.names
    let seen = events.compactMap { Self.seen($0, own: &names, present: present, foreign: foreign) }
    return (seen, Self.cursor(end, names.subtracting(foreign).union(present)))
  }

  /// An event as the owner sees it; `nil` if it is others'.
  ///
  /// - Parameters:
  ///   - own: the owner's connections, before the event and after it.
  ///   - present: the owner's connections now, after all events.
  ///   - foreign: those of others now.
  private static func seen(
    _ event: StoreEvent, own: inout Set<String>, present: Set<String>, foreign: Set<String>
  ) -> StoreEvent? {
    guard let name = event.connection else { return event }
    let isOwn = own.contains(name) || present.contains(name)
    switch event.kind {
    case .deleted:
      return own.remove(name) == nil ? nil : event
    case .renamed(let new):
      guard own.remove(name) != nil else { return nil }
      own.insert(new.rawValue)
      return event
    case .created, .renamedFrom:
      // One that is gone again could be anybody's.
      guard isOwn || !foreign.contains(name) else { return event.asForeignWrite }
      own.insert(name)
      return event
    case .updated, .rolledBack, .foreignWrite:
      if isOwn { return event }
      return foreign.contains(name) ? event.asForeignWrite : nil
    case .recorded, .lockTakenOver, .storeReplaced, .grantRecorded, .token, .version, .other:
      return isOwn ? event : nil
    }
  }

  private static func position(_ cursor: FeedCursor) -> Position? {
    try? JSONDecoder().decode(Position.self, from: Data(cursor.rawValue.utf8))
  }

  private static func cursor(_ cursor: FeedCursor, _ names: Set<String>) -> FeedCursor {
    FeedCursor(canonicalText(Position(cursor: cursor.rawValue, names: names)))
  }
}

extension Snapshot {
  /// What no record says is another owner's.
  fileprivate var ownNames: Set<String> {
    Set(actual.keys.map(\.rawValue)).union(unclaimed.map(\.rawValue))
  }
}

extension StoreEvent {
  fileprivate var asForeignWrite: StoreEvent {
    StoreEvent(
      at: at, who: who, kind: .foreignWrite, connection: connection, version: version,
      commit: commit)
  }
}
