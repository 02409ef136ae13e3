import ArgumentParser
import Diagnostics
import Model
import Reports
import Stores

struct StoreVerifyCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Open everything in the store, and check that it is what was applied.",
    discussion: """
      Needs a key that opens the store. The file of the embedded store is checked first, as a whole; \
      then names, plain values, records, versions and events, against their codes. Nothing is changed \
      or shown. Drift is not a fault: a plan reports it.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  /// 1. The file of an embedded store is checked as a whole.
  /// 2. All that is not sealed must be what was written; what is not is reported, and nothing else read.
  ///    What belongs to no connection is reported, too.
  /// 3. Every secret is opened; one that was applied and not changed since must be the recorded one.
  /// 4. Every token and every kept version is opened.
  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    guard let reader = session.store.secrets else {
      throw Failure(.notReadable(session.store.description))
    }
    if let file = session.store.backup {
      try await session.mappingStoreErrors { () async throws(StoreError) in
        _ = try await file.check()
      }
    }
    let orphans = try await StoreVerifier.orphans(session)
    let contentFaults = try await StoreVerifier.contentFaults(session)
    if let contentFaults, !contentFaults.isEmpty { throw Failure(contentFaults + orphans) }
    let snapshot = try await session.read()
    let verifier = StoreVerifier(
      session: session, snapshot: snapshot, reader: reader,
      hasCheckedEvents: contentFaults != nil)
    var report = StoreVerifier.Report(faults: orphans)
    try await verifier.secrets(&report)
    try await verifier.tokens(&report)
    try await verifier.versions(&report)
    console.report(report.faults)
    let lacksCodes = contentFaults == nil && session.store.authentication != nil
    console.result(
      ActionReport([
        "store": .text(session.store.description.description),
        "connections": .number(snapshot.actual.count), "secrets": .number(report.secrets),
        "token_pairs": .number(report.tokens), "versions": .number(report.versions),
        "verified": .flag(report.faults.isEmpty && !lacksCodes),
      ]).json)
    let read = [
      counted(snapshot.actual.count, "connection"), counted(report.secrets, "secret"),
      counted(report.tokens, "token pair"), counted(report.versions, "version"),
    ].joined(separator: ", ")
    let faults = report.faults.isEmpty ? "no faults" : counted(report.faults.count, "fault")
    console.result("\(read): \(faults)\n")
    if lacksCodes {
      let hasKey = try await session.storeKeyMessage(isOffline: false) != nil
      console.note(
        hasKey
          ? "Its plain values and names have no codes yet: the next apply where its key is writes them"
          : "Who wrote it cannot be shown: it has no key before its first secret")
    }
    return report.faults.isEmpty ? .fine : .failed
  }
}

extension Diagnostic {
  fileprivate static func notReadable(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .storeRefused, "\(store) does not return secrets, so they cannot be verified",
      help: ["compare its records with it: vaultctl ledger verify"])
  }
}
