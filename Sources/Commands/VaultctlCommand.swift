import ArgumentParser
import Diagnostics
import Dispatch
import Foundation
import Reports

let vaultctlVersion = "0.1.0"

struct VaultctlCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vaultctl",
    abstract: "Vault connections as code: declared in YAML, sealed with GPG, planned and applied.",
    discussion: """
      Exit codes: 0 fine, 1 error and nothing done, 2 there are changes (plan \
      --detailed-exitcode), 3 a finding that --fail-on or the policy names, 4 apply did a part, \
      64 wrong usage, 70 a fault of vaultctl.
      """,
    version: vaultctlVersion,
    subcommands: [
      InitCommand.self, NewCommand.self, ImportCommand.self, EncryptCommand.self, SetCommand.self,
      EditCommand.self,
      DecryptCommand.self, RekeyCommand.self, RenameCommand.self, ValidateCommand.self,
      PlanCommand.self,
      ApplyCommand.self, DiffCommand.self, StatusCommand.self, ShowCommand.self, ScopesCommand.self,
      HistoryCommand.self, RollbackCommand.self, RefreshCommand.self, AuthorizeCommand.self,
      RevokeCommand.self, ExecCommand.self, WatchCommand.self, LedgerCommand.self,
      GraphCommand.self, HooksCommand.self,
      TextconvCommand.self,
      ExplainCommand.self, SchemaCommand.self, CompletionsCommand.self,
    ])
}

/// The program: parses the arguments, runs the command, exits with its code.
///
/// Nothing asynchronous starts before there is a command to run, so that `--version`, help and
/// wrong usage cost no threads.
package func runVaultctl() -> Never {
  // Scripts ask this all the time; the tree of commands need not be built to answer.
  if CommandLine.arguments.dropFirst() == ["--version"] {
    end(with: CleanExit.message(vaultctlVersion))
  }
  do {
    let command = try VaultctlCommand.parseAsRoot()
    Task { await carryOut(command) }
    dispatchMain()
  } catch {
    end(with: error)
  }
}

/// Shows what the parser has to say, and exits.
private func end(with error: any Error) -> Never {
  var code = VaultctlCommand.exitCode(for: error)
  let message = VaultctlCommand.fullMessage(for: error)
  if message.isEmpty { Foundation.exit(code.rawValue) }
  let console = Console(colour: .auto)
  if code.isSuccess {
    console.result(MachineText(parserOutput: message + "\n"))
    if let lost = console.lostOutput() {
      console.report([lost])
      code = Outcome.failed.exitCode
    }
  } else {
    // It quotes arguments.
    console.note(TerminalText(lines: message))
  }
  Foundation.exit(code.rawValue)
}

private func carryOut(_ command: any ParsableCommand) async -> Never {
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
