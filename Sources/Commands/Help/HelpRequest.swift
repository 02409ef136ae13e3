import ArgumentParser
import Foundation

/// What `vaultctl help` is asked about: a command, a topic, or both if they have one name.
///
/// The parser shows help about all commands for one that it does not know, and succeeds.
struct HelpRequest {
  /// The words that call the command; `nil` for a topic alone.
  let path: [String]?
  let topic: HelpTopic?

  /// `nil` for any other command.
  ///
  /// - Parameter arguments: the program's name first.
  /// - Throws: if there is no such command, and no such topic.
  init?(arguments: [String]) throws(ValidationError) {
    guard arguments.dropFirst().first == "help" else { return nil }
    let names = arguments.dropFirst(2).filter { !$0.hasPrefix("-") }
    topic = names.count == 1 ? HelpTopic(rawValue: names[0]) : nil
    do throws(ValidationError) {
      path = try Self.path(names[...])
    } catch {
      if topic == nil { throw error }
      path = nil
    }
  }

  /// - Parameter width: in columns.
  func text(width: Int) -> String {
    let help = path.flatMap { path in
      CommandDescription.program().command(path).map { HelpText(path, $0, width: width).text }
    }
    return [help, topic?.page(width: width)].compactMap(\.self).joined(separator: "\n")
  }

  /// Aliases are replaced by the names of their commands.
  private static func path(_ words: ArraySlice<String>) throws(ValidationError) -> [String] {
    var path: [String] = []
    var command: any ParsableCommand.Type = VaultctlCommand.self
    for word in words {
      guard let next = CommandPath.subcommand(word, of: command) else {
        let topics = path.isEmpty ? HelpTopic.allCases.map(\.rawValue) : []
        throw CommandPath.unknown(word, below: command, or: topics)
      }
      path.append(next.configuration.commandName ?? word)
      command = next
    }
    return path
  }
}
