import ArgumentParser
import Diagnostics
import Reports

struct ExplainCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a diagnostic code.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Code, such as VC2003 (default: list all codes).", completion: .codes)
  var code: String?

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    guard let code else {
      if format == .json {
        console.result(ExplanationJSON.text(DiagnosticCode.allCases))
        return .fine
      }
      for code in DiagnosticCode.allCases {
        console.result("\(code.rawValue)  \(code.explanation.title)\n")
      }
      return .fine
    }
    guard let known = DiagnosticCode(rawValue: code.uppercased()) else {
      let near = nearestName(
        to: code.uppercased(), among: DiagnosticCode.allCases.map(\.rawValue))
      throw ValidationError(
        "no code `\(code)`" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    if format == .json {
      console.result(ExplanationJSON.text([known]))
      return .fine
    }
    let explanation = known.explanation
    console.result(
      "\(known.rawValue): \(explanation.title)\n\n\(TerminalText(lines: explanation.text))\n")
    return .fine
  }
}
