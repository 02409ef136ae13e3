import ArgumentParser
import Diagnostics
import Manifests
import Model
import Pacing
import Renewing
import Reports
import Stores

struct ListTokensCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tokens in the store, also those that no connection has.",
    discussion: """
      Tokens are left without a connection where another program deletes one, or a \
      removal fails. `vaultctl tokens forget` removes them. With -o json, schemas/tokens.schema.json \
      describes the output.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let report = try await report(session)
    console.result(report.json)
    console.result(report.text(console.palette))
    return .fine
  }

  private func report(_ session: Session) async throws -> TokensReport {
    let renewer = try TokenRenewer(session, termination: nil)
    let snapshot = try await session.read()
    let subjects = renewer.subjects(snapshot)
    let records = try await renewer.storedRecords(in: snapshot)
    let now = session.runtime.now()
    let rule = session.workspace.project.renewal
    let obstacles = session.renewalObstacles(
      snapshot, records.mapValues(\.record), besides: subjects)
    let connected = records.sorted { $0.key < $1.key }.map { name, stored in
      TokensReport.Row(
        key: name.rawValue, id: stored.id, hasConnection: true,
        state: subjects[name]?.state(stored.record, rule: rule, now: now)
          ?? obstacles[name].map { stored.record.state(behind: $0, now: now) }, stored.record)
    }
    let stray = try await session.strayTokens().map { stray in
      TokensReport.Row(
        key: stray.key, id: stray.id, hasConnection: false, state: nil, stray.record)
    }
    return TokensReport(owner: session.store.owner, rows: connected + stray)
  }
}

extension Session {
  /// Tokens of the store that no connection has.
  func strayTokens() async throws -> [StrayTokens] {
    guard let tokens = store.tokens else { throw Failure(.storeKeepsNoTokens(store.description)) }
    return try await mappingStoreErrors { () async throws(StoreError) in
      try await tokens.strayTokens()
    }
  }
}
