import ArgumentParser
import Diagnostics
import Dispatch
import Foundation
import Processes
import Reports

/// The program: parses the arguments, runs the command, exits with its code.
package enum Program {
  package static let version = "0.1.0"

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
    do {
      try HelpTopic(arguments: CommandLine.arguments)?.validate()
      let command = try VaultctlCommand.parseAsRoot()
      Task { await run(command) }
      dispatchMain()
    } catch {
      end(with: error)
    }
  }

  private static func run(_ command: any ParsableCommand) async -> Never {
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
      Foundation.exit(0)
    } catch {
      end(with: error)
    }
  }

  /// ArgumentParser wraps help after a column of 26 characters, and traps if nothing is left of the
  /// width of the terminal or of `COLUMNS`.
  private static func widenHelp() {
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    let width = named ?? OutputStream.terminalWidth ?? narrowestHelp
    if width < narrowestHelp { unsafe setenv("COLUMNS", "\(narrowestHelp)", 1) }
  }

  private static let narrowestHelp = 40

  /// Shows the parser's message, and exits.
  private static func end(with error: any Error) -> Never {
    widenHelp()
    let code = VaultctlCommand.exitCode(for: error)
    let message = ArgumentMessage(for: error, arguments: CommandLine.arguments).text
    if message.isEmpty { Foundation.exit(code.rawValue) }
    if code.isSuccess { succeed(showing: MachineText(parserOutput: message + "\n")) }
    // It may quote an argument.
    Console(colour: .auto).note(TerminalText(lines: message))
    Foundation.exit(code.rawValue)
  }

  private static func succeed(showing text: MachineText) -> Never {
    let console = Console(colour: .auto)
    console.result(text)
    guard let lost = console.lostOutput() else { Foundation.exit(0) }
    console.report([lost])
    Foundation.exit(Outcome.failed.exitCode.rawValue)
  }
}
