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
    guard workspace.project.tokenJournal == .store, let exchanges = store.exchanges else {
      return ResponseJournal(folder)
    }
    return ResponseJournal(exchanges, previous: folder)
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
