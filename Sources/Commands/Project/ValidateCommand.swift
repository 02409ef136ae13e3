import ArgumentParser
import Diagnostics
import Manifests
import Model
import Pacing
import Planning
import Reports

struct ValidateCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests, recipients and, if a key is available, every sealed value.")

  @OptionGroup var global: GlobalOptions

  private static let title = "vaultctl validate"

  @Argument(
    help: "Manifests (default: the whole project).",
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String] = []

  @Option(
    name: .output,
    help: ArgumentHelp(
      "Output format: text, json, sarif, junit or code-quality.", valueName: "format"))
  var format: ReportFormat = .text

  @Option(
    help: ArgumentHelp(
      "Comma-separated findings that fail the run, in addition to the project's policy.",
      valueName: "findings"))
  var failOn: String?

  func validate() throws {
    if format == .markdown {
      throw ValidationError("--format markdown is not supported by validate; use `plan`")
    }
  }

  var resultForm: ResultForm { format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try RunReport.loading(global, name: Self.title, format, console)
    let policy = try FailOnPolicy(workspace.project.failOn, option: failOn, of: .validate)
    let manifests = try chosen(workspace)
    let chosenFiles = Set(manifests.map(\.file))
    let keyring = Keyring.standard(workspace.project, console: console)
    var diagnostics = await workspace.diagnosticsOfAll.namingKeys(keyring.openPGP)
    let check = SealedValueCheck(
      workspace: workspace, manifests: manifests, keyring: keyring, now: Runtime.live.now())
    if manifests.contains(where: \.holdsSealed) {
      let found = try await check.diagnostics()
      // The keyring says more about the same.
      let differing = Set(found.filter { $0.code == .recipientsDiffer }.map(\.location))
      diagnostics.removeAll { $0.code == .moreKeyPackets && differing.contains($0.location) }
      diagnostics += found
    }
    func isChosen(_ diagnostic: Diagnostic) -> Bool {
      files.isEmpty || diagnostic.location?.file.map(chosenFiles.contains) ?? true
    }
    let findings = (workspace.findings + diagnostics.compactMap(Finding.init))
      .filter { isChosen($0.diagnostic) }
    diagnostics = Set(diagnostics + findings.map(\.diagnostic)).filter(isChosen)
      .sorted(by: Diagnostic.inReadingOrder)
    let violation = diagnostics.hasErrors ? nil : policy.violation(in: findings)
    let outcome: Outcome = diagnostics.hasErrors ? .failed : violation == nil ? .fine : .finding
    let report = RunReport(
      name: Self.title, root: workspace.files.root, files: manifests.map(\.file),
      diagnostics: diagnostics)
    switch format {
    case .sarif, .junit, .codeQuality: report.text(format).map { console.result($0) }
    case .text, .json, .markdown:
      console.report(diagnostics, sources: workspace.sources)
      if outcome != .failed {
        let warnings = counted(diagnostics.count { $0.severity == .warning }, "warning")
        console.result("\(summary(of: manifests, workspace)), 0 errors, \(warnings).\n")
      }
    }
    report.annotate(console)
    console.report(violation.map { [$0] } ?? [])
    return outcome
  }

  /// The manifests that are checked.
  ///
  /// - Throws: if one that is named belongs to an environment that was not chosen.
  private func chosen(_ workspace: Workspace) throws -> [Manifest] {
    if files.isEmpty { return workspace.manifests }
    let manifests = try workspace.manifests(files)
    guard let environment = workspace.environment?.name else { return manifests }
    let others = manifests.filter { $0.environment != nil && $0.environment != environment }
    if others.isEmpty { return manifests }
    throw Failure(others.map { .ofAnotherEnvironment($0, environment) })
  }

  private func summary(of manifests: [Manifest], _ workspace: Workspace) -> String {
    if files.isEmpty { return workspace.countSummary }
    return counted(Set(manifests.map(\.file)).count, "file")
  }
}

extension Diagnostic {
  fileprivate static func ofAnotherEnvironment(
    _ manifest: Manifest, _ environment: String
  ) -> Diagnostic {
    let own = manifest.environment ?? ""
    return Diagnostic(
      .environmentNotFound, "`\(manifest.file)` belongs to environment `\(own)`",
      at: .file(manifest.file), notes: ["`\(environment)` is selected"],
      help: [
        "check it in its own: vaultctl validate --env \(shellWord(own)) \(shellWord(manifest.file))"
      ])
  }
}

extension Workspace {
  /// Of the chosen environment; if none was chosen, of all, each once.
  fileprivate var diagnosticsOfAll: [Diagnostic] {
    if environment != nil { return diagnostics + contents.untrusted }
    return contents.allDiagnostics
  }

  /// What needs no store: empty connections, and what flows cannot use, whose ids are not resolved. Of
  /// the chosen environment; if none was chosen, of all, each once.
  fileprivate var findings: [Finding] {
    let states = environment == nil && !project.environments.isEmpty ? contents.states : [state]
    let found = states.flatMap { state in
      let flows = FlowIndex(
        contents.flows, desired: state.connections, snapshot: nil, catalog: catalog)
      return flows.findings() + empty(state, flows)
    }
    let files = Set(states.flatMap { $0.manifests.map(\.file) })
    return Array(Set(found))
      + Finding.shared(contents.manifests.sharedMessages, in: files)
      + contents.untrusted.map { Finding(.untrusted, nil, $0) }
      + contents.overrides.map { Finding(.appOverride, nil, $0) }
  }

  /// None of a base that is never applied alone: overlays add what it lacks.
  private func empty(_ state: DesiredState, _ flows: FlowIndex) -> [Finding] {
    guard let store = project.storeSettings(of: state.environment) else { return [] }
    let mayHoldSetups = if case .auth0 = store.backend { true } else { false }
    return state.connections.compactMap { connection in
      // An imported connection's setup may be in the tenant alone.
      if connection.setup == nil, mayHoldSetups { return nil }
      return Finding.empty(
        connection, held: connection.ignoredFields, catalog: catalog,
        blocked: flows.uses(of: connection.name))
    }
  }

  /// `3 connections`; with environments, those of each.
  fileprivate var countSummary: String {
    let states = environment == nil ? contents.states : [state]
    return states.map { state in
      let text = counted(state.connections.count, "connection")
      return state.environment.map { "\(text) in \($0.name)" } ?? text
    }.joined(separator: ", ")
  }
}

extension Manifest {
  var holdsSealed: Bool {
    documents.contains { $0.slots.contains { $0.sealed != nil } }
  }
}

extension Finding {
  /// The finding that a diagnostic of a manifest, the project file or a sealed value is; `nil` if it is
  /// none.
  fileprivate init?(_ diagnostic: Diagnostic) {
    let kind: FindingKind
    switch diagnostic.code {
    case .recipientsDiffer, .moreKeyPackets, .hiddenRecipients, .recipientNotFound,
      .recipientExpired:
      kind = .recipients
    case .bindingMismatch: kind = .movedSecret
    default: return nil
    }
    self.init(kind, nil, diagnostic)
  }
}
