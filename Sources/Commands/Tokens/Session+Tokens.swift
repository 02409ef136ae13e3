import Diagnostics
import Foundation
import HTTP
import Manifests
import Model
import Pacing
import Planning
import Renewing
import Reports
import Stores
import Tokens

extension Session {
  /// The records of a snapshot's tokens; `nil` if the store keeps none.
  func tokenOverview(of snapshot: Snapshot) async throws -> TokenOverview? {
    guard let tokens = store.tokens else { return nil }
    let records = try await mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords(in: snapshot)
    }
    return TokenOverview(
      records: records.mapValues(\.record), rule: workspace.project.renewal, now: runtime.now())
  }

  /// Where the project wants it; what is left on this machine's disk is found in any case.
  var responseJournal: ResponseJournal {
    let folder = JournalFolder(path: workspace.files.path(".vaultctl/answers"))
    return journalingExchanges.map { ResponseJournal($0, previous: folder) }
      ?? ResponseJournal(folder)
  }

  /// The store's journal of responses; `nil` if they are kept on this machine's disk.
  private var journalingExchanges: (any ExchangeJournal)? {
    workspace.project.tokenJournal == .store ? store.exchanges : nil
  }

  /// Whether every machine can read the journal of responses.
  var isJournalInStore: Bool { journalingExchanges != nil }

  /// The journal of responses in a message.
  var journalPlace: String {
    isJournalInStore
      ? "the journal in the store \(store.description)" : "the journal next to the project file"
  }

  /// A connection in a message, with the environment if one is chosen.
  func quoted(_ name: ConnectionName) -> String {
    "`\(name)`" + (workspace.environment.map { " in `\($0.name)`" } ?? "")
  }

  /// A command in this environment, to paste.
  func command(_ command: String, _ name: ConnectionName? = nil) -> String {
    "vaultctl \(command)" + (name.map { " \(shellWord($0.rawValue))" } ?? "")
      + (workspace.environment.map { " --env \(shellWord($0.name))" } ?? "")
  }

  /// The connections of the store that obtain tokens.
  func renewalSubjects(_ snapshot: Snapshot) -> [ConnectionName: RenewalSubject] {
    snapshot.actual.compactMapValues { try? renewalSubject($0, in: snapshot) }
  }

  /// Why tokens of a connection could not be renewed here; `nil` if they could, if its setup obtains none, or
  /// if there is no such connection.
  func renewalObstacle(of name: ConnectionName, in snapshot: Snapshot) -> RenewalObstacle? {
    guard let actual = snapshot.actual[name] else { return nil }
    do throws(TokenError) {
      _ = try renewalSubject(actual, in: snapshot)
      return nil
    } catch {
      return .local(error.summary)
    }
  }

  private func renewalSubject(
    _ actual: ActualConnection, in snapshot: Snapshot
  ) throws(TokenError) -> RenewalSubject? {
    try RenewalSubject(
      actual, applied: snapshot.applied[actual.name], catalog: workspace.catalog)
  }

  /// Why the tokens of connections that have some cannot be renewed here, by name.
  ///
  /// - Parameter subjects: of the snapshot; these can be.
  func renewalObstacles(
    _ snapshot: Snapshot, _ records: [ConnectionName: TokenRecord],
    besides subjects: [ConnectionName: RenewalSubject]
  ) -> [ConnectionName: RenewalObstacle] {
    var obstacles: [ConnectionName: RenewalObstacle] = [:]
    for (name, record) in records where record.tokens != nil && subjects[name] == nil {
      obstacles[name] = renewalObstacle(of: name, in: snapshot)
    }
    return obstacles
  }

  /// The state of the tokens of each connection that obtains some, or has some.
  func tokenStates(
    _ snapshot: Snapshot, by overview: TokenOverview
  ) -> [ConnectionName: RenewalMetrics.Token] {
    let subjects = renewalSubjects(snapshot)
    return subjects.states(
      by: overview, renewalObstacles(snapshot, overview.records, besides: subjects))
  }

  /// Responses with tokens are small, and the timeout is shorter than a claim.
  var tokenHTTP: LoggingHTTPTransport {
    LoggingHTTPTransport(
      LiveHTTPTransport(
        authorities: workspace.authorities(),
        limits: HTTPLimits(
          body: TokenRequests.responseLimit, responseSeconds: RenewalTimes.responseSeconds),
        folder: workspace.files.root),
      logger: stores.logger)
  }
}

extension [ConnectionName: RenewalSubject] {
  /// - Parameter obstacles: of other connections, whose tokens cannot be renewed.
  func states(
    by overview: TokenOverview, _ obstacles: [ConnectionName: RenewalObstacle]
  ) -> [ConnectionName: RenewalMetrics.Token] {
    var states = mapValues { subject in
      let record = overview.records[subject.name]
      return RenewalMetrics.Token(
        state: subject.state(record, rule: overview.rule, now: overview.now),
        endsAt: record?.tokens?.expiry.time)
    }
    for (name, obstacle) in obstacles {
      guard let record = overview.records[name] else { continue }
      states[name] = RenewalMetrics.Token(
        state: record.state(behind: obstacle, now: overview.now),
        endsAt: record.tokens?.expiry.time)
    }
    return states
  }
}
