import ArgumentParser
import Model
import Reports
import Stores

struct HistoryCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the versions of a connection that the store keeps.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let versions = try await session.versions(of: try ConnectionName(argument: name))
    let text = HistoryText(palette: console.palette)
    console.result(text.text(versions))
    console.result(text.json(versions))
    return .fine
  }
}
