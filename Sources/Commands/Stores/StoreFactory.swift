import Applying
import Auth0Store
import Diagnostics
import Encodings
import Foundation
import GitPlumbing
import HTTP
import Ledgers
import Logging
import Manifests
import Model
import OpenBaoStore
import Pacing
import SQLiteStore
import Stores

/// Builds the store that a project's settings name.
struct StoreFactory {
  let workspace: Workspace
  let keyring: Keyring
  let logger: Logger
  /// Deletes permanently, even if the store could restore the connection.
  let destroys: Bool
  let runtime: Runtime
  /// The provenance of writes.
  let provenance: @Sendable () -> Provenance

  func store(_ settings: StoreSettings) throws -> Store {
    let store: Store
    switch settings.backend {
    case .sqlite(let path):
      store =
        SQLiteBackend(
          path: workspace.files.path(path), shownPath: path, protection: protection
        ).store
    case .openBao(let settings):
      store = try openBao(settings)
    case .auth0(let backend): return ledgered(try vault(backend), by: try ledger(of: settings))
    }
    return try ledger(of: settings).map { mirrored(store, by: $0) } ?? store
  }

  /// The ledger that holds a store's records or a copy of them; `nil` if only the store has them.
  func ledger(of settings: StoreSettings) throws -> (any Ledger)? {
    let name = "\(workspace.project.name)/\(settings.backend.ledgerName)"
    switch settings.ledger ?? settings.backend.standardLedger {
    case nil: return nil
    case .sqlite(let path): return SQLiteLedger(path: workspace.files.path(path), name: name)
    case .git:
      let git = Git(folder: workspace.files.root, logger: logger)
      return GitLedger(git: git, name: name, remote: try git.standardRemote())
    }
  }

  private var protection: ProjectKeyProtection {
    ProjectKeyProtection(keyring: keyring, environment: workspace.environment)
  }

  private func ledgered(_ vault: any RecordlessBackend, by ledger: (any Ledger)?) -> Store {
    func made(_ ledger: some Ledger) -> Store {
      LedgeredBackend(
        vault, ledger: ledger, catalog: workspace.catalog, protection: protection,
        provenance: provenance
      ).store
    }
    guard let ledger else { preconditionFailure("a backend without records has a ledger") }
    return made(ledger)
  }

  private func mirrored(_ store: Store, by ledger: any Ledger) -> Store {
    func made(_ ledger: some Ledger) -> Store {
      store.mirrored(in: ledger, catalog: workspace.catalog, provenance: provenance)
    }
    return made(ledger)
  }

  private func vault(_ settings: Auth0Settings) throws -> any RecordlessBackend {
    let environment = InheritedEnvironment.variables
    let domain = environment["AUTH0_DOMAIN"].flatMap { $0.isEmpty ? nil : $0 } ?? settings.domain
    guard domain == settings.domain else {
      throw Diagnostic(
        .storeUnauthorized,
        "AUTH0_DOMAIN is `\(domain)`, but the store's domain is `\(settings.domain)`",
        help: ["select the right environment: --env NAME"])
    }
    return Auth0Backend(
      domain: domain, base: settings.baseURL,
      credentials: logins(settings.credentialsCommand).auth0,
      http: http(), runtime: runtime)
  }

  private func openBao(_ settings: OpenBaoSettings) throws -> Store {
    let environment = OpenBaoEnvironment(InheritedEnvironment.variables)
    guard let address = settings.address ?? environment.address else {
      throw Diagnostic(
        .storeMisconfigured, "no OpenBao address configured",
        help: ["set `store.address` in \(Project.fileName), or BAO_ADDR"])
    }
    return OpenBaoBackend(
      address: address, namespace: settings.namespace ?? environment.namespace,
      mount: settings.mount, prefix: settings.prefix, environment: workspace.environment?.name,
      destroys: destroys,
      credentials: { [logins = logins(settings.credentialsCommand)] () throws(StoreError) in
        try logins.openBao(settings.login)
      },
      http: http(additionalAuthorities: environment.authorities),
      runtime: runtime, protection: protection
    ).store
  }

  private func http(additionalAuthorities: String? = nil) -> LoggingHTTPTransport {
    LoggingHTTPTransport(
      LiveHTTPTransport(
        authorities: TrustedAuthorities(
          environment: ProcessInfo.processInfo.environment, additional: additionalAuthorities)),
      logger: logger)
  }

  private func logins(_ command: [String]) -> StoreLogins {
    StoreLogins(command, folder: workspace.files.root)
  }
}
