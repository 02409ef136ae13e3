import Model

/// The messages of a ledger's log.
enum LogMessage {
  static let underWay = "apply: running\n"
  static let copied = "ledger: copied\n"

  static func claim(of count: Int, by owner: Owner) -> String {
    "ledger: \(count) claimed by \(owner)\n"
  }

  static func end(of run: LedgerRun?) -> String {
    guard let run, let provenance = run.provenance else { return "apply: no changes\n" }
    let left = run.intents.isEmpty ? "" : ", \(run.intents.count) in doubt"
    let lines =
      ["apply: \(run.done) done\(left)", ""] + (run.plan.map { ["Plan: \($0)"] } ?? [])
      + provenance.lines
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Provenance {
  /// The form in the log's messages.
  var lines: [String] {
    ["Who: \(who)", "When: \(at)"] + (commit.map { ["Source: \($0)"] } ?? [])
      + ["Tool: vaultctl \(toolVersion)"] + allowedRedirects.map { "Redirect: \($0)" }
  }
}
