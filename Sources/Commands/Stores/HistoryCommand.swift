import ArgumentParser
import Model
import Reports
import Stores

struct HistoryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the versions of a connection that the store keeps.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let versions = try await session.versions(of: try ConnectionName(argument: name))
    let text = HistoryText(palette: console.palette)
    switch format {
    case .text: console.result(text.text(versions))
    case .json: console.result(text.json(versions))
    }
    return .fine
  }
}
