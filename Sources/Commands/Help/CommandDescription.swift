import ArgumentParser
import Foundation

/// What the argument parser knows about a command: the one source of help, manual pages and completion.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    enum Kind: String, Decodable { case positional, option, flag }

    struct Name: Decodable {
      enum Kind: String, Decodable { case long, short, longWithSingleDash }

      let kind: Kind
      let name: String

      var text: String {
        switch kind {
        case .long: "--\(name)"
        case .short, .longWithSingleDash: "-\(name)"
        }
      }
    }

    let kind: Kind
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?
    let discussion: String?
  }

  let commandName: String
  let aliases: [String]?
  let abstract: String?
  let discussion: String?
  let subcommands: [CommandDescription]?
  let arguments: [Argument]?

  private struct Dump: Decodable { let command: CommandDescription }

  /// The whole program.
  static func program() -> CommandDescription {
    guard
      let dump = try? JSONDecoder().decode(
        Dump.self, from: Data(VaultctlCommand._dumpHelp().utf8))
    else { preconditionFailure("the parser describes itself in its own format") }
    return dump.command
  }

  /// The command that these words call; `nil` if there is none.
  func command(_ path: some Sequence<String>) -> CommandDescription? {
    var command = self
    for name in path {
      guard
        let next = command.shownSubcommands.first(where: {
          $0.commandName == name || ($0.aliases ?? []).contains(name)
        })
      else { return nil }
      command = next
    }
    return command
  }

  /// Without the parser's own `help`.
  var shownSubcommands: [CommandDescription] {
    (subcommands ?? []).filter { $0.commandName != "help" }
  }

  var positionals: [Argument] { shown.filter { $0.kind == .positional } }
  /// Those that not every command has.
  var ownOptions: [Argument] { shown.filter { $0.kind != .positional && !$0.isOfEveryCommand } }
  var globalOptions: [Argument] { shown.filter { $0.kind != .positional && $0.isOfEveryCommand } }

  /// What follows its name in a usage line: `<name>`, `--to <version>`, `[options]`.
  var usage: [String] {
    positionals.map(\.usage) + ownOptions.filter { !$0.isOptional }.map(\.usage)
      + [shownSubcommands.isEmpty ? "[options]" : "<subcommand>"]
  }

  /// Its arguments by kind, without kinds that it has none of.
  var argumentLists: [(title: String, arguments: [Argument])] {
    [
      ("ARGUMENTS", positionals), ("OPTIONS", ownOptions), ("GLOBAL OPTIONS", globalOptions),
    ].filter { !$0.1.isEmpty }
  }

  private var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
}

extension CommandDescription.Argument {
  /// Whether it is one of `GlobalOptions`, or `--help`.
  var isOfEveryCommand: Bool {
    (names ?? []).contains { ArgumentOrder.names.contains($0.text) || $0.name == "help" }
  }

  /// `-o, --output <format>`; `<name> ...` for a positional.
  var signature: String {
    let value = valueName.map { "<\($0)>" } ?? ""
    switch kind {
    case .positional: return value + (isRepeating ? " ..." : "")
    case .flag: return sortedNames.joined(separator: ", ")
    case .option: return sortedNames.joined(separator: ", ") + " " + value
    }
  }

  /// As a part of the usage: `[<file>]`, `<name> ...`, `--to <version>`.
  var usage: String {
    let text: String
    switch kind {
    case .positional: text = signature
    case .flag, .option:
      let long = sortedNames.last ?? ""
      text = kind == .flag ? long : "\(long) <\(valueName ?? "value")>"
    }
    return isOptional ? "[\(text)]" : text
  }

  /// What it means, in one paragraph.
  var summary: String {
    let texts = [abstract, discussion].compactMap(\.self).map {
      $0.split(separator: "\n").joined(separator: " ")
    }
    let text = texts.joined(separator: " ")
    guard let defaultValue, kind == .option, !text.contains("(default:") else { return text }
    return text + " (default: \(defaultValue))"
  }

  /// Short ones first.
  private var sortedNames: [String] {
    (names ?? []).map(\.text).enumerated().sorted { left, right in
      let (first, second) = (left.element.count > 2 ? 1 : 0, right.element.count > 2 ? 1 : 0)
      return (first, left.offset) < (second, right.offset)
    }.map(\.element)
  }
}
