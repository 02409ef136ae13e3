import Diagnostics
import Foundation
import Manifests
import Model
import Stores

/// The two stores of a copy, as the options name them.
struct StoreCopySides: Sendable {
  struct Side: Sendable {
    let workspace: Workspace
    let settings: StoreSettings

    /// Without its ledger, which is a copy, or is moved by itself.
    var backend: StoreSettings { StoreSettings(settings.backend) }
  }

  let source: Side
  let target: Side
  /// Whether both are servers, of which one must not get the login of the other.
  private(set) var areTwoServers = false

  /// - Throws: if a store cannot be read, or both are one place.
  init(_ workspace: Workspace, to: String?, from: String?, toEnvironment: String?) throws {
    guard let present = workspace.project.storeSettings(of: workspace.environment) else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
    let own = Side(workspace: workspace, settings: present)
    if let from {
      source = Side(workspace: workspace, settings: try Self.read(from, of: "--from"))
      target = own
    } else if let toEnvironment {
      guard let environment = workspace.project.environment(named: toEnvironment) else {
        throw Failure(.unknownEnvironment(toEnvironment, workspace.project))
      }
      source = own
      target = Side(workspace: workspace.choosing(environment), settings: environment.store)
    } else {
      source = own
      target = Side(workspace: workspace, settings: try Self.read(to ?? "", of: "--to"))
    }
    try requireApart()
  }

  private static func read(_ argument: String, of option: String) throws -> StoreSettings {
    let (settings, diagnostics) = StoreSettings.read(argument: argument, of: option)
    guard let settings else {
      throw Failure(diagnostics.isEmpty ? [.noStore(option)] : diagnostics)
    }
    return settings
  }

  /// Whether only the ledger differs: the backend, which holds the connections, is one tenant.
  var isOneTenant: Bool {
    if case .auth0(let from) = source.settings.backend,
      case .auth0(let to) = target.settings.backend
    {
      return from.domain == to.domain
        && source.workspace.environment?.name == target.workspace.environment?.name
    }
    return false
  }

  /// What to do after a copy, for people.
  var nextStep: TerminalText {
    let environment = target.workspace.environment.map { " --env \($0.name)" } ?? ""
    let isChosen =
      target.workspace.project.storeSettings(of: target.workspace.environment) == target.settings
    return isChosen
      ? "See that nothing changes: vaultctl plan\(environment)"
      : "Set `store:` to it, and see that nothing changes: vaultctl plan\(environment)"
  }

  private mutating func requireApart() throws {
    switch (source.settings.backend, target.settings.backend) {
    case (.sqlite(let from), .sqlite(let to)):
      if path(from) == path(to) { throw Failure(.samePlace) }
    case (.openBao(let from), .openBao(let to)):
      let environment = OpenBaoEnvironment(InheritedEnvironment.variables)
      let isOneServer = try environment.address(for: from) == environment.address(for: to)
      let isOneFolder =
        environment.namespace(for: from) == environment.namespace(for: to)
        && (from.mount, from.prefix) == (to.mount, to.prefix)
        && source.workspace.environment?.name == target.workspace.environment?.name
      if isOneServer, isOneFolder { throw Failure(.samePlace) }
      areTwoServers = !isOneServer
      // One server's token is not sent to another one.
      let isOneLogin =
        from.credentialsCommand == to.credentialsCommand
        || from.login.file.map { $0 == to.login.file } ?? false
      if areTwoServers, isOneLogin { throw Failure(.oneLoginForTwo) }
    case (.auth0, _), (_, .auth0):
      guard isOneTenant else { throw Failure(.secretsOfTenant) }
      let kinds = [source, target].map { $0.settings.ledger ?? .git() }
      switch (kinds[0], kinds[1]) {
      case (.git, .git): throw Failure(.samePlace)
      case (.sqlite(let from), .sqlite(let to)):
        if path(from) == path(to) { throw Failure(.samePlace) }
      case (.git, .sqlite), (.sqlite, .git): break
      }
    case (.sqlite, .openBao), (.openBao, .sqlite): break
    }
  }

  private func path(_ path: String) -> String {
    RealPath.of(path.hasPrefix("/") ? path : source.workspace.files.path(path))
  }
}

extension OpenBaoLogin {
  /// That a token of a job is read from.
  fileprivate var file: String? {
    if case .jwt(_, _, .file(let path)) = self { path } else { nil }
  }
}

extension LedgerSettings {
  /// For people.
  var summary: String {
    switch self {
    case .git: "git"
    case .sqlite(let path): "sqlite:\(path)"
    }
  }
}

extension Diagnostic {
  fileprivate static func noStore(_ option: String) -> Diagnostic {
    Diagnostic(
      .invalidStore, "\(option) names no store",
      help: ["as in \(Project.fileName): \(option) '{type: sqlite, path: .vaultctl/new.db}'"])
  }

  fileprivate static var samePlace: Diagnostic {
    Diagnostic(
      .copyBlocked, "source and target are the same store",
      help: ["name another file, or another `prefix`"])
  }

  fileprivate static var oneLoginForTwo: Diagnostic {
    Diagnostic(
      .copyBlocked, "both servers would get the same login",
      notes: ["the token of one server must not be sent to another one"],
      help: [
        "give one of the stores a `credentialsCommand` of its own, which prints its BAO_TOKEN=…"
      ])
  }

  fileprivate static var secretsOfTenant: Diagnostic {
    Diagnostic(
      .copyBlocked, "the secrets of a tenant can be neither read nor copied to it",
      notes: ["its ledger alone can be copied: to another `ledger` of the same tenant"],
      help: [
        "the values are in the manifests: change `store:` in \(Project.fileName), then: vaultctl apply"
      ])
  }
}
