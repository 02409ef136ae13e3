import ArgumentParser
import Dispatch

/// The program: parses the arguments, runs the command, exits with its code.
package enum Program {
  package static let version = "0.1.0"

  /// Nothing asynchronous starts before there is a command to run, so that `--version`, help and
  /// wrong usage cost no threads.
  package static func run() -> Never {
    // Scripts ask this all the time; the tree of commands need not be built to answer.
    if CommandLine.arguments.dropFirst() == ["--version"] {
      print(version)
      VaultctlCommand.exit()
    }
    do {
      let command = try VaultctlCommand.parseAsRoot()
      Task { await run(command) }
      dispatchMain()
    } catch {
      VaultctlCommand.exit(withError: error)
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
      VaultctlCommand.exit()
    } catch {
      VaultctlCommand.exit(withError: error)
    }
  }
}
