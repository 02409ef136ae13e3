import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Reports

struct TrustCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Approve the settings that run something or decide where credentials go.",
    discussion: """
      Shows these settings of vaultctl.yaml and asks for approval, which is recorded outside of the \
      work tree, for this folder and this project. Without it, no store of the project is opened, and \
      nothing is run or sent. When a setting changes, approve it again. Pipelines take trust from git \
      instead: from a pull request's target branch, a protected ref, or --trust-ref; or from \
      VAULTCTL_TRUST_DIGEST.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Only print the digest of the settings, for VAULTCTL_TRUST_DIGEST.")
  var digest = false

  @Flag(help: "Withdraw the approval.")
  var revoke = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if digest, revoke { throw ValidationError("--digest cannot be used with --revoke") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let root = try ProjectRoot.entered(global)
    let contents = try ProjectReader.contents(of: ProjectFiles(root: root))
    let settings = contents.settings
    let own = try CommandFiles(root: root).digest(of: settings)
    let records = TrustRecords(root: root, environment: ProcessInfo.processInfo.environment)
    // Neither the digest nor a withdrawal depends on what was approved.
    let former =
      digest || revoke ? try? records.record(of: settings) : try records.record(of: settings)
    func report(isTrusted: Bool) -> JSONReport {
      TrustReport(
        digest: own, isTrusted: isTrusted,
        settings: settings.needingTrust.map { ($0.path.text, $0.value.text) },
        files: CommandFiles(root: root).paths(in: settings),
        changes: former?.changes(to: settings) ?? []
      ).json
    }
    console.result(report(isTrusted: former?.digest == own || settings.needingTrust.isEmpty))
    if digest {
      console.result("\(own)\n")
      return .fine
    }
    if revoke {
      let wasTrusted = try records.remove(of: settings)
      console.result(report(isTrusted: settings.needingTrust.isEmpty))
      console.result(wasTrusted ? "The approval was withdrawn.\n" : "There was no approval.\n")
      return .fine
    }
    if settings.needingTrust.isEmpty {
      console.result("No setting of \(Project.fileName) needs trust.\n")
      return .fine
    }
    if former?.digest == own {
      console.result("The settings of \(Project.fileName) are already trusted.\n")
      return .fine
    }
    show(settings, root, console)
    show(changes: former?.changes(to: settings) ?? [], console)
    guard console.canAsk else { throw Failure(.cannotAskForTrust()) }
    guard console.confirms("Trust these settings?") else {
      console.note("Nothing was recorded.")
      return .failed
    }
    try records.write(TrustRecord(settings, digest: own, root: root), of: settings)
    console.result(report(isTrusted: true))
    console.result("Trusted.\n")
    return .fine
  }

  private func show(_ settings: SettingsTree, _ root: String, _ console: Console) {
    console.explain("Settings of \(root)/\(Project.fileName) that need trust:\n")
    for setting in settings.needingTrust {
      console.explain("  \(setting.path.text) = \(setting.value.text)")
    }
    let files = CommandFiles(root: root).paths(in: settings)
    if files.isEmpty { return }
    console.explain("\nFiles of the project that they run; read them, too:\n")
    for file in files { console.explain("  \(file)") }
  }

  private func show(changes: [String], _ console: Console) {
    if changes.isEmpty { return }
    console.explain("\nChanged since your last approval:\n")
    for change in changes { console.explain("  \(change)") }
  }
}

extension Diagnostic {
  fileprivate static func cannotAskForTrust() -> Diagnostic {
    Diagnostic(
      .trustNeeded, "no terminal to ask for approval on",
      help: [
        "run it on a terminal, or set \(TrustSource.digestVariable) to what `vaultctl trust --digest` prints"
      ])
  }
}
