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
    snapshot.actual.compactMapValues {
      RenewalSubject($0, applied: snapshot.applied[$0.name], catalog: workspace.catalog)
    }
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
  func states(by overview: TokenOverview) -> [ConnectionName: RenewalMetrics.Token] {
    mapValues { subject in
      let record = overview.records[subject.name]
      return RenewalMetrics.Token(
        state: subject.state(record, rule: overview.rule, now: overview.now),
        endsAt: record?.tokens?.expiry.time)
    }
  }
}
