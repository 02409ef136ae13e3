import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct GetCommand: Subcommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json }

  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print a connection's effective manifest; secrets stay sealed.",
    discussion: """
      With --env, the base's document with the environment's merged over it. Nothing is opened, so no \
      key is needed.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @Option(name: .output, help: ArgumentHelp("Output format: yaml or json.", valueName: "format"))
  var format: Format = .yaml

  var resultForm: ResultForm { format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let connection = try workspace.effectiveConnection(name)
    let manifest = EffectiveManifest(connection, shape: workspace.catalog.shape(of: connection))
    switch format {
    case .yaml: console.result(MachineText(manifest: manifest.yaml))
    case .json: console.result(MachineText(json: manifest.json))
    }
    return .fine
  }
}
