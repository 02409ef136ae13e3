import Diagnostics
import Ledgers
import Manifests
import Model
import Reports
import Stores

extension Session {
  /// Everything that was applied and is still known, newest first.
  ///
  /// 1. The store's own log has the most.
  /// 2. A ledger has an entry for each apply.
  /// 3. A store that keeps versions has an event for each of them.
  ///
  /// - Throws: if the store has none of these.
  func log() async throws -> [LogReport.Entry] {
    if let start = store.feed.startCursor {
      let (events, _) = try await mappingStoreErrors { () async throws(StoreError) in
        try await store.feed.events(after: start)
      }
      return events.reversed().map { LogReport.Entry($0) }
    }
    if let settings = workspace.project.storeSettings(of: workspace.environment),
      let (ledger, _) = try stores.ledger(of: settings)
    {
      return try await mappingStoreErrors { () async throws(StoreError) in try ledger.log() }
        .map { LogReport.Entry($0) }
    }
    guard let history = store.history else {
      throw Failure(
        Diagnostic(
          .noLog, "\(store.description) keeps no log",
          help: ["to keep one in git, add `ledger: git` to `store:`"]))
    }
    let names = Set(try await read().actual.keys)
    let found = try await mappingStoreErrors { () async throws(StoreError) in
      try await history.events(of: names)
    }
    let events = names.sorted().flatMap { found[$0] ?? [] }
    return events.enumerated().sorted { ($1.element.at, $1.offset) < ($0.element.at, $0.offset) }
      .map { LogReport.Entry($0.element) }
  }
}

extension LogReport.Entry {
  fileprivate init(_ event: StoreEvent) {
    self.init(
      at: event.at.description, who: event.who == "-" ? nil : event.who, what: event.kind.stored,
      connection: event.connection, commit: event.commit)
  }

  init(_ entry: LedgerLogEntry) {
    let lines = entry.message.split(separator: "\n").map(String.init)
    func value(_ key: String) -> String? {
      lines.first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
    }
    let inColumns = ["Who", "When", "Source"].map { "\($0): " }
    self.init(
      at: entry.when, who: value("Who"), what: lines.first ?? "", connection: nil,
      commit: value("Source"),
      details: lines.dropFirst().filter { line in !inColumns.contains { line.hasPrefix($0) } })
  }
}
