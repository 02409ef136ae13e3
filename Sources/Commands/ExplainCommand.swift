import ArgumentParser
import Diagnostics

struct ExplainCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a diagnostic code.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Code, such as VC2003 (default: list all codes).") var code: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    guard let code else {
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
    let explanation = known.explanation
    console.result(
      "\(known.rawValue): \(explanation.title)\n\n\(TerminalText(lines: explanation.text))\n")
    return .fine
  }
}
