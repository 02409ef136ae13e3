import ArgumentParser
import Reports

struct VersionCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the version.")

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Print JSON.") var json = false

  @OptionGroup var output: OutputOptions

  var resultForm: ResultForm { json || format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    let report = VersionReport(version: Program.version, platform: Program.platform)
    console.result(report.text)
    console.result(report.json)
    return .fine
  }
}
