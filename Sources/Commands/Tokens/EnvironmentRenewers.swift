import Diagnostics
import Manifests

/// What renews the tokens of the environments of a command.
struct EnvironmentRenewers {
  private(set) var renewers: [TokenRenewer] = []
  /// The others of several environments, and why they cannot be renewed.
  private(set) var unusable: [String] = []
  private(set) var faults: [Diagnostic] = []

  /// - Parameters:
  ///   - workspaces: as the command's environments see the project.
  ///   - areAll: whether they are all there are. Those that keep no tokens are left out then, and one that cannot
  ///     be used stops no other one.
  /// - Throws: if none is left.
  init(
    of workspaces: [Workspace], areAll: Bool, console: Console,
    renewer: (Workspace) throws -> TokenRenewer
  ) throws {
    var omitted: [Workspace] = []
    for workspace in workspaces {
      if areAll, !workspace.keepsTokens {
        omitted.append(workspace)
        continue
      }
      do {
        renewers.append(try renewer(workspace))
      } catch  where areAll {
        unusable.append(workspace.environment?.name ?? "")
        faults += Failure(error, outcome: .failed).diagnostics.inScope(workspace.scope)
      }
    }
    if renewers.isEmpty {
      throw Failure(faults.isEmpty ? [.noEnvironmentKeepsTokens] : faults)
    }
    if !omitted.isEmpty {
      let names = omitted.compactMap { $0.environment?.name }.joined(separator: ", ")
      console.note("Left out, because their stores renew their tokens themselves: \(names).")
    }
  }
}

extension Workspace {
  /// Whether the environment's store has tokens that are renewed here.
  fileprivate var keepsTokens: Bool {
    switch project.storeSettings(of: environment)?.backend {
    case .auth0: false
    case .sqlite, .openBao, nil: true
    }
  }
}

extension Diagnostic {
  fileprivate static var noEnvironmentKeepsTokens: Diagnostic {
    Diagnostic(
      .noTokens, "no environment has a store that keeps tokens",
      notes: ["their stores renew tokens themselves and do not reveal them"],
      help: ["to record granted scopes: vaultctl scopes record NAME SCOPE…"])
  }
}
