import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Reports

struct WhoCanOpenCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "who-can-open",
    abstract: "Show whose keys a connection's sealed values are addressed to.",
    discussion: """
      The keys are what the messages claim. Each is compared with the recipients of its file; names come \
      from your keyring. A key that could open an earlier version in git's history still can.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let layers = try workspace.documents(name)
    try workspace.requireReadable(layers.map(\.manifest))
    let keyring = Keyring.standard(workspace.project, console: console)
    let report = AccessReport(
      connection: layers[0].document.name,
      fields: try await AccessReader(workspace: workspace, keyring: keyring).fields(of: layers))
    switch format {
    case .text: console.result(report.text(console.palette))
    case .json: console.result(report.json)
    }
    return .fine
  }
}
