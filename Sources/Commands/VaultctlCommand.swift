package import ArgumentParser

package struct VaultctlCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "vaultctl",
    abstract: "Vault connections as code: declared in YAML, sealed with GPG, planned and applied.",
    discussion: """
      Exit codes: 0 success, 1 error and nothing done, 2 there are changes (plan or diff \
      with --detailed-exitcode), 3 policy violated (policy.failOn or --fail-on), 4 partly applied, or \
      applied and the output was lost, 64 wrong usage, 70 internal error, \
      130 interrupted before anything was begun.
      """,
    subcommands: [
      InitCommand.self, UpgradeCommand.self, NewCommand.self, AppsCommand.self, ImportCommand.self,
      ExportCommand.self,
      EncryptCommand.self, SetCommand.self,
      EditCommand.self,
      DecryptCommand.self, RekeyCommand.self, RenameCommand.self, RenameProjectCommand.self,
      RenameEnvironmentCommand.self,
      DeleteCommand.self, GetCommand.self,
      RecipientsCommand.self, WhoCanOpenCommand.self,
      ValidateCommand.self, FmtCommand.self,
      PlanCommand.self,
      ApplyCommand.self, DiffCommand.self, StatusCommand.self, ShowCommand.self, ScopesCommand.self,
      HistoryCommand.self, LogCommand.self, RollbackCommand.self, UnlockCommand.self,
      RefreshCommand.self, ProbeCommand.self,
      AuthorizeCommand.self,
      RevokeCommand.self, TokensCommand.self, ExecCommand.self, WatchCommand.self,
      LedgerCommand.self,
      StoreCommand.self,
      GraphCommand.self, ReportCommand.self, ServeCommand.self,
      HooksCommand.self,
      TextconvCommand.self,
      DoctorCommand.self, ExplainCommand.self, SchemaCommand.self, TrustCommand.self,
      CompletionCommand.self, ManCommand.self, VersionCommand.self,
    ])

  // As ArgumentParser's own, it would end every command that has it among its arguments with success.
  @Flag(name: .customLong("version"), help: "Show the version.") var showsVersion = false

  package init() {}

  package func validate() throws {
    if showsVersion { throw ValidationError("--version takes no other argument") }
  }
}
