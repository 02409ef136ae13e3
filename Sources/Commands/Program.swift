import ArgumentParser
import Diagnostics
import Dispatch
import Foundation
import Processes
import Reports

/// The program: parses the arguments, runs the command, exits with its code.
package enum Program {
  package static let version = "0.1.0"
  /// For the manual.
  static let releaseDate = "2026-11-27"

  /// Operating system and processor, as other tools name them: `linux_amd64`.
  static var platform: String {
    #if arch(x86_64)
      "linux_amd64"
    #elseif arch(arm64)
      "linux_arm64"
    #else
      "linux"
    #endif
  }

  /// Nothing asynchronous starts before the command is known, so `--version`, help and usage errors
  /// start no threads.
  package static func run() -> Never {
    // Before anything is read: memory that may hold an opened value must not end in a file.
    CoreDumps.disable()
    OutputStream.keepNumbersOfClosedStreams()
    InheritedEnvironment.withdrawLogins()
    // Scripts call this often, and it does not need the tree of commands.
    if CommandLine.arguments.dropFirst() == ["--version"] {
      succeed(showing: MachineText(parserOutput: version + "\n"))
    }
    var path: [String] = []
    do {
      if let request = try HelpRequest(arguments: CommandLine.arguments) {
        succeed(showing: MachineText(parserOutput: request.text(width: helpWidth)))
      }
      let order = try ArgumentOrder(Array(CommandLine.arguments.dropFirst()))
      path = order.path
      let command = try VaultctlCommand.parseAsRoot(order.arguments)
      Task { [path] in await run(command, path) }
      dispatchMain()
    } catch {
      end(with: error, path)
    }
  }

  private static func run(_ command: any ParsableCommand, _ path: [String]) async -> Never {
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
      Foundation.exit(0)
    } catch {
      end(with: error, path)
    }
  }

  /// Columns of the terminal, or those that `COLUMNS` names.
  private static var helpWidth: Int {
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    return max(named ?? OutputStream.outputWidth ?? usualWidth, narrowestHelp)
  }

  private static let usualWidth = 80
  /// Descriptions begin after a column of 26 characters.
  private static let narrowestHelp = 40

  /// Shows the parser's message, and exits.
  ///
  /// - Parameter path: the command that was called.
  private static func end(with error: any Error, _ path: [String]) -> Never {
    // The parser wraps its own texts, and traps if nothing is left of the width.
    unsafe setenv("COLUMNS", "\(helpWidth)", 1)
    let code = VaultctlCommand.exitCode(for: error)
    let shown = ArgumentMessage(for: error, arguments: CommandLine.arguments)
    let message = shown.text
    if message.isEmpty { Foundation.exit(code.rawValue) }
    let description = CommandDescription.program().command(path)
    let help = description.map { HelpText(path, $0, width: helpWidth) }
    if code.isSuccess {
      let isHelp = message.hasPrefix("OVERVIEW: ")
      succeed(showing: MachineText(parserOutput: isHelp ? help?.text ?? message : message + "\n"))
    }
    // It may quote an argument.
    let called = (["vaultctl"] + path).joined(separator: " ")
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.hasPrefix("Usage: "), let help { return "Usage: " + help.usage.dropFirst(7) }
      // An error that a command finds once it runs is about that command, too.
      let isHint = line.hasPrefix("  See 'vaultctl") && line.hasSuffix("for more information.")
      return isHint ? "  See '\(called) --help' for more information." : String(line)
    }
    let console = Console(colour: .ofEnvironment)
    let report = UsageReport(
      shown,
      usage: help.map { $0.usage.split { $0.isWhitespace }.dropFirst().joined(separator: " ") },
      arguments: CommandLine.arguments.dropFirst(), path: path,
      description)
    if let report { console.result(report.text) }
    console.explain(TerminalText(lines: lines.joined(separator: "\n")))
    Foundation.exit(code.rawValue)
  }

  private static func succeed(showing text: MachineText) -> Never {
    let console = Console(colour: .ofEnvironment)
    console.result(text)
    guard let lost = console.lostOutput() else { Foundation.exit(0) }
    console.report([lost])
    Foundation.exit(Outcome.failed.exitCode.rawValue)
  }
}
