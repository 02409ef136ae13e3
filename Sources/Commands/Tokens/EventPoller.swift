import Diagnostics
import Model
import Pacing
import Planning
import Reports
import Stores

/// Reads a store's events as lines, and the conditions that no log reports: drift, and tokens that
/// expire soon.
struct EventPoller {
  /// Polls of the log between two checks of the conditions.
  private static let pollsPerDriftCheck = 20

  /// A condition that currently holds for a connection.
  private struct ActiveCondition: Hashable {
    let kind: EventLine.Kind
    let connection: String
  }

  private let session: Session
  private let feed: any ChangeFeed
  private var cursor: FeedCursor
  private var conditions: Set<ActiveCondition>
  private var polls = -1
  private var latest = Timestamp(milliseconds: 0)

  /// Starts at the current end of the log. Existing drift is not reported; a token that expires soon
  /// is, at the first poll.
  init(_ session: Session) async throws {
    self.session = session
    let feed = session.store.feed
    self.feed = feed
    cursor = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await feed.currentCursor()
    }
    conditions = try await Self.conditions(session).filter { $0.kind == .drifted }
  }

  /// What happened since the last poll; times do not step back from one line to the next.
  ///
  /// After a failure, the next poll reports what this one did not.
  mutating func poll() async throws -> [EventLine] {
    let (events, next) = try await session.mappingStoreErrors {
      [cursor, feed] () async throws(StoreError) in
      try await feed.events(after: cursor)
    }
    var lines = events.compactMap { EventLine($0) }
    if (polls + 1).isMultiple(of: Self.pollsPerDriftCheck) {
      let found = try await Self.conditions(session)
      lines += found.subtracting(conditions).sorted { $0.connection < $1.connection }.map {
        EventLine(
          $0.kind, connection: $0.connection, at: session.runtime.now(), who: nil, version: nil)
      }
      conditions = found
    }
    polls += 1
    cursor = next
    return lines.map { line in
      latest = max(latest, line.at)
      return EventLine(
        line.kind, connection: line.connection, at: latest, who: line.who, version: line.version)
    }
  }

  private static func conditions(_ session: Session) async throws -> Set<ActiveCondition> {
    let plan = try await session.overview().plan
    return Set(
      plan.findings.compactMap { finding in
        guard let name = finding.connection?.rawValue else { return nil }
        if finding.kind == .drift || finding.kind == .conflict {
          return ActiveCondition(kind: .drifted, connection: name)
        }
        let isEnding =
          finding.diagnostic.code == .tokenEnding && finding.diagnostic.severity == .warning
        return isEnding ? ActiveCondition(kind: .expiring, connection: name) : nil
      })
  }
}
