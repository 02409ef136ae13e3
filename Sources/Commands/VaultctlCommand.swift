import ArgumentParser

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
      InitCommand.self, NewCommand.self, EncryptCommand.self, SetCommand.self, EditCommand.self,
      DecryptCommand.self, RekeyCommand.self, ValidateCommand.self, PlanCommand.self,
      ApplyCommand.self, StatusCommand.self, ShowCommand.self, ScopesCommand.self,
      ExplainCommand.self, SchemaCommand.self, CompletionsCommand.self,
    ])

}

/// The program: parses the arguments, runs the command, exits with its code.
package func runVaultctl() async {
  await VaultctlCommand.main()
}
