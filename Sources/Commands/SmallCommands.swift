import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports

struct ExplainCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a diagnostic's code.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "A code, such as VC2003 (default: a list of all).") var code: String?

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

struct SchemaCommand: Subcommand {
  enum Kind: String, ExpressibleByArgument, CaseIterable { case connection, project }

  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print a JSON Schema, for editors and other checkers.",
    discussion: "Within a project, its own apps are in it.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "connection or project.") var kind: Kind

  func carryOut(_ console: Console) async throws -> Outcome {
    let catalog = try global.project == nil ? ownCatalog() : Workspace.load(global).catalog
    switch kind {
    case .connection: console.result(MachineText(json: Schemas.connection(catalog)))
    case .project: console.result(MachineText(json: Schemas.project()))
    }
    return .fine
  }

  /// The project's where there is one around us.
  private func ownCatalog() -> Catalog {
    (try? Workspace.load(global).catalog) ?? .builtIn
  }
}

struct CompletionsCommand: Subcommand {
  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print a completion script for a shell.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func carryOut(_ console: Console) async throws -> Outcome {
    let shell: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    console.result(
      MachineText(parserOutput: VaultctlCommand.completionScript(for: shell) + "\n"))
    return .fine
  }
}
