import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Pacing
import Processes
import Renewing
import Reports
import Stores

struct RefreshCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "refresh",
    abstract: "Renew tokens that are about to expire.",
    discussion: """
      Runs once, for a timer or a pipeline, or with --watch until SIGTERM. Tokens are renewed before \
      they expire; `tokens:` in the project file sets how long before. Connections given by name are \
      renewed now, due or not. With --format json, one document says what was done and why not; \
      with --watch, it is a line of JSON for each result. Any number of processes can run at once: \
      each token is requested once.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: "Connections to renew now (default: all that are due).", completion: .connections)
  var names: [String] = []

  @Flag(help: "Keep running and renew tokens as they come due.")
  var watch = false

  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "With --watch: keep metrics in this file, for Prometheus and `vaultctl probe`.",
      valueName: "file"), completion: .file())
  var metricsFile: String?

  @Option(
    help: ArgumentHelp(
      "With --watch: serve /metrics and /healthz there, on 127.0.0.1 only; port 0 is any free one.",
      valueName: "address:port"))
  var metricsAddress: LoopbackAddress?

  @Option(help: ArgumentHelp("Log format: text or json, one line per message."))
  var logFormat: LogFormat = .text

  var resultForm: ResultForm {
    if format == .text { return .text }
    return watch ? .lines : .document
  }

  func validate() throws {
    if watch, !names.isEmpty {
      throw ValidationError("--watch cannot be used with connection names")
    }
    if metricsFile != nil, !watch { throw ValidationError("--metrics-file needs --watch") }
    if metricsAddress != nil, !watch { throw ValidationError("--metrics-address needs --watch") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let console = console.logging(as: logFormat)
    let names = try Set(names.map { try ConnectionName(argument: $0) })
    let metricsFile = try metricsFile.map { try MetricsFile($0) }
    let termination = TerminationSignal(.live)
    let workspace = try Workspace.load(global, acceptsAll: true)
    let environments = try EnvironmentRenewers(
      of: global.environments(of: workspace), areAll: global.namesAllEnvironments, console: console
    ) { workspace in
      try TokenRenewer(
        SessionFactory(console: console.inScope(workspace.scope)).session(for: workspace),
        termination: termination, isShared: watch)
    }
    if watch {
      // The others are served; what keeps these from it does not change while this runs.
      console.report(environments.faults)
      let service = RenewalService(
        renewers: environments.renewers, unusable: environments.unusable,
        projectFile: ProjectFileCheck(workspace),
        termination: termination, console: console, metricsFile: metricsFile,
        metricsAddress: metricsAddress,
        manager: ServiceManager(environment: ProcessInfo.processInfo.environment)
      ) { report($0, $1, console) }
      let outcome = try await service.run()
      return environments.faults.isEmpty ? outcome : .partly
    }
    return try await renewOnce(environments, names, console)
  }

  /// If a store cannot be used, the tokens of the other environments are still renewed.
  private func renewOnce(
    _ environments: EnvironmentRenewers, _ names: Set<ConnectionName>, _ console: Console
  ) async throws -> Outcome {
    var results: [CompletedRenewal] = []
    var rows: [RenewalRow] = []
    var reports: [Diagnostic] = []
    var faults = environments.faults
    for renewer in environments.renewers {
      do {
        let found = try await renewer.run(
          names.isEmpty ? .allDue : .named(names), console: renewer.session.console)
        results += found
        rows += found.compactMap { $0.row(in: renewer.session) }
        reports += diagnostics(found, renewer.session).inScope(renewer.session.workspace.scope)
        try await renewer.repairCopies()
      } catch let failure as Failure where global.namesAllEnvironments || !results.isEmpty {
        faults += failure.diagnostics.inScope(renewer.session.workspace.scope)
      }
    }
    show(rows, console)
    console.report(reports + faults)
    if results.isEmpty, faults.isEmpty { console.result("Nothing is due.\n") }
    return Outcome(renewals: results, hasFaults: !faults.isEmpty)
  }

  private func report(
    _ results: [CompletedRenewal], _ session: Session, _ console: Console
  ) {
    show(results.compactMap { $0.row(in: session) }, console)
    console.report(diagnostics(results, session).inScope(session.workspace.scope))
  }

  private func show(_ rows: [RenewalRow], _ console: Console) {
    let text = RenewalText(
      palette: console.palette, namesEnvironments: global.namesAllEnvironments)
    console.result(text.text(rows))
    if watch {
      for line in text.lines(rows) { console.result(line) }
    } else {
      console.result(text.json(rows))
    }
  }

  private func diagnostics(_ results: [CompletedRenewal], _ session: Session) -> [Diagnostic] {
    results.compactMap { $0.diagnostic(in: session) }
  }
}
