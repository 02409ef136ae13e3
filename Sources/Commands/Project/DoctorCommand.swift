import ArgumentParser
import Reports

struct DoctorCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check gpg, git, the project, its keys and its store, and say how to fix each.",
    discussion: "Changes nothing. Exits with 1 if there is a problem.")

  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let report = await Examination(global: global, console: console).report()
    switch format {
    case .text: console.result(report.text(console.palette))
    case .json: console.result(report.json)
    }
    return report.hasProblem ? .failed : .fine
  }
}
