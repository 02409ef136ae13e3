/// The environment that a run is about, in the commands that its messages propose.
///
/// Messages come from where no environment is known: a plan, a store, an apply. Pasted as it is, a command
/// would then act on the base, so each command that looks at one environment gets `--env` where messages are
/// reported.
package struct EnvironmentScope: Hashable, Sendable {
  package let name: String
  /// The folder of its documents; `nil` if that is not known.
  private let overlay: String?

  package init(_ name: String, overlay: String? = nil) {
    self.name = name
    self.overlay = overlay
  }

  /// The commands that act on the chosen environment's store, or on its view of the project. Not those that
  /// work on the manifests of the base and of all environments, which `--env` would restrict.
  private static let commands: Set<String> = [
    "apply", "authorize", "decrypt", "doctor", "edit", "exec", "export", "get", "history", "import",
    "ledger", "log", "plan", "refresh", "revoke", "rollback", "scopes", "set", "show", "status",
    "store", "tokens", "unlock", "upgrade", "watch",
  ]

  /// Those that take `--env all`, a name that no environment has.
  private static let commandsOfAll: Set<String> = ["apply", "plan", "refresh", "status"]

  package func diagnostic(_ diagnostic: Diagnostic) -> Diagnostic {
    var commands = name == "all" ? Self.commandsOfAll : Self.commands
    if !setsHere(diagnostic) { commands.remove("set") }
    let help = diagnostic.help.map { completed($0, commands) }
    if help == diagnostic.help { return diagnostic }
    return Diagnostic(
      diagnostic.code, diagnostic.message, severity: diagnostic.severity, at: diagnostic.location,
      label: diagnostic.label, notes: diagnostic.notes, help: help)
  }

  /// Whether a value that is set because of the message belongs to this environment's documents. What is
  /// wrong with a value in a file is fixed in that file, which may be the base's.
  private func setsHere(_ diagnostic: Diagnostic) -> Bool {
    let isAboutFiles = ["VC1", "VC2"].contains { diagnostic.code.rawValue.hasPrefix($0) }
    guard isAboutFiles, let file = diagnostic.location?.file else { return true }
    return overlay.map { file.hasPrefix($0 + "/") } ?? false
  }

  /// The text with this environment in each of the commands that name none.
  private func completed(_ text: String, _ commands: Set<String>) -> String {
    var result = ""
    var rest = text[...]
    while let program = rest.firstRange(of: "vaultctl ") {
      result += rest[..<program.upperBound]
      rest = rest[program.upperBound...]
      let command = Self.command(at: rest)
      let words = command.split(separator: " ")
      guard let first = words.first, commands.contains(String(first)), !words.contains("--env"),
        !result.hasSuffix("VAULTCTL_ENV= vaultctl ")
      else { continue }
      // What follows `--` is another program's.
      let end = command.firstRange(of: " -- ")?.lowerBound ?? command.endIndex
      result += "\(rest[..<end]) --env \(shellWord(name))"
      rest = rest[end...]
    }
    return result + rest
  }

  /// A command's words, to where the shell or the sentence ends it.
  private static func command(at text: Substring) -> Substring {
    var isQuoted = false
    var isEscaped = false
    var index = text.startIndex
    scan: while index < text.endIndex {
      let next = text.index(after: index)
      switch text[index] {
      case _ where isEscaped: isEscaped = false
      case "'": isQuoted.toggle()
      case _ where isQuoted: break
      case "\\": isEscaped = true
      case "`", ")", "&", "|": break scan
      case ",", ";": if next == text.endIndex || text[next] == " " { break scan }
      default: break
      }
      index = next
    }
    var command = text[..<index]
    while command.last == " " { command.removeLast() }
    return command
  }
}

extension Sequence where Element == Diagnostic {
  /// - Parameter scope: `nil` for the base.
  package func inScope(_ scope: EnvironmentScope?) -> [Diagnostic] {
    map { scope?.diagnostic($0) ?? $0 }
  }
}
