import ArgumentParser
import Diagnostics
import Model
import Pacing
import Reports

struct ProbeCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Check that a running `refresh --watch` is alive.",
    discussion: """
      Reads the metrics file of `vaultctl refresh --watch --metrics-file FILE`, and needs no project, key \
      or network: for the liveness and readiness probes of a pod. It fails if tokens were not looked at \
      within --max-age seconds. With --ready, that must also have gone without an error of the store.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The metrics file.", completion: .file())
  var file: String

  @Flag(help: "Also check that the store could be used.")
  var ready = false

  @Option(
    help: ArgumentHelp("Maximum age of the last pass, in seconds.", valueName: "seconds"))
  var maxAge: Int64 = ServicePasses.maxAge

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try NumberLimit.passAge.validate(maxAge, of: "--max-age")
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let now = Runtime.live.now()
    let passes = try MetricsFile.passes(in: file, at: now)
    console.result(
      ActionReport([
        "last_pass": passes.last.map { .text($0.description) },
        "last_success": passes.successful.map { .text($0.description) },
      ]).json)
    func isRecent(_ time: Timestamp?) -> Bool {
      time.map { now.seconds(since: $0) <= maxAge } ?? false
    }
    guard isRecent(passes.last) else {
      throw Failure(.notAlive("looked at its tokens", passes.last))
    }
    guard !ready || isRecent(passes.successful) else {
      throw Failure(.notAlive("could use its store", passes.successful))
    }
    return .fine
  }
}

extension Diagnostic {
  fileprivate static func notAlive(_ what: String, _ last: Timestamp?) -> Diagnostic {
    Diagnostic(
      .serviceNotAlive,
      last.map { "the service last \(what) at \($0)" } ?? "the service never \(what)",
      help: ["read its log (journalctl -u vaultctl-refresh, or kubectl logs), then restart it"])
  }
}
