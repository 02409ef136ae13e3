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
  /// Of the store's server.
  let clock: ServerClock
  /// Seconds to wait for other processes that use the store.
  let lockTimeout: Int64
  /// The project's name by which keys still open; `nil` if it was not renamed.
  let previousProjectName: String?
  /// Whether the environment's logins are another store's.
  let ignoresEnvironmentLogins: Bool
  /// The provenance of writes.
  let provenance: @Sendable () -> Provenance

  /// Seconds: transactions of other processes that meet are no apply to wait for.
  private static let leastPatience: Int64 = 10

  func store(_ settings: StoreSettings) throws -> Store {
    let store: Store
    switch settings.backend {
    case .sqlite(let path):
      store =
        SQLiteBackend(
          path: try storeFile(path), shownPath: path, owner: owner,
          isShared: path.hasPrefix("/"), patience: max(lockTimeout, Self.leastPatience),
          protection: protection(.store)
        ).store
    case .openBao(let settings):
      store = try openBao(settings)
    case .auth0(let backend):
      guard let ledgers = try ledgers(of: settings) else {
        preconditionFailure("a backend without records has a ledger")
      }
      return ledgered(
        try vault(backend), by: ledgers, try authentication(of: settings, isCopy: false))
    }
    guard let ledgers = try ledgers(of: settings) else { return store }
    let authentication = try authentication(of: settings, isCopy: true)?(
      OpenedKeyCache(protection(.store)))
    return mirrored(store, by: ledgers, authentication)
  }

  /// The ledger that holds a store's records or a copy of them; `nil` if only the store has them.
  func ledger(
    of settings: StoreSettings
  ) throws -> (ledger: any Ledger, authentication: LedgerAuthentication?)? {
    guard let ledgers = try ledgers(of: settings) else { return nil }
    let ledger: any Ledger =
      switch ledgers {
      case .git(let ledger, _): ledger
      case .sqlite(let ledger, _): ledger
      }
    let isCopy = settings.backend.standardLedger == nil
    let authentication = try authentication(of: settings, isCopy: isCopy)?(
      OpenedKeyCache(protection(isCopy ? .store : .ledger)))
    return (ledger, authentication)
  }

  /// Made from the protection of the ledger's key; `nil` for a project without an id.
  private func authentication(
    of settings: StoreSettings, isCopy: Bool
  ) throws -> ((any KeyProtection) -> LedgerAuthentication)? {
    guard let owner, let kind = settings.ledger ?? settings.backend.standardLedger else {
      return nil
    }
    let name = settings.backend.ledgerName(of: owner).text
    let place: String
    var pinnedKeys: Set<String> = []
    switch kind {
    case .sqlite(let path): place = try storeFile(path)
    case .git(let keys):
      place = GitHead.repository(above: workspace.files.root) ?? workspace.files.root
      pinnedKeys = keys
    }
    let signing: ProjectLedgerSigning? =
      switch workspace.project.signing {
      case .optional: nil
      case .required: ProjectLedgerSigning(keyring: keyring, environment: workspace.environment)
      }
    let memory = LedgerMemoryFile(
      RealPath.of(place), name: name, environment: InheritedEnvironment.variables)
    return { [pinnedKeys] protection in
      LedgerAuthentication(
        name: name, protection: protection, signing: signing, memory: memory,
        pinnedKeys: pinnedKeys, isCopy: isCopy)
    }
  }

  /// A ledger, and the one by its name before records had owners.
  private enum Ledgers {
    case git(GitLedger, former: GitLedger?)
    case sqlite(SQLiteLedger, former: SQLiteLedger?)
  }

  private func ledgers(of settings: StoreSettings) throws -> Ledgers? {
    guard let kind = settings.ledger ?? settings.backend.standardLedger else { return nil }
    let formerName = "\(workspace.project.name)/\(settings.backend.formerLedgerName)"
    let name = owner.map { settings.backend.ledgerName(of: $0) }
    switch kind {
    case .sqlite(let path):
      let path = try storeFile(path)
      let former = SQLiteLedger(path: path, name: formerName)
      return name.map {
        .sqlite(SQLiteLedger(path: path, name: $0.text, place: $0.place), former: former)
      } ?? .sqlite(former, former: nil)
    case .git:
      let git = Git(folder: workspace.files.root, logger: logger)
      let remote = try git.standardRemote()
      let former = GitLedger(git: git, name: formerName, remote: remote)
      return name.map {
        .git(GitLedger(git: git, name: $0.text, place: $0.place, remote: remote), former: former)
      } ?? .git(former, former: nil)
    }
  }

  /// `nil` for a project without an id: then nothing can be applied.
  var owner: Owner? {
    workspace.project.id.map {
      Owner(
        project: $0, name: workspace.project.name, environment: workspace.environment?.id)
    }
  }

  /// The absolute path of a store's or a ledger's file, which no branch can replace.
  private func storeFile(_ path: String) throws -> String {
    try StoreFileGuard(root: workspace.files.root, logger: logger).checked(path)
  }

  /// - Parameter previous: the project's name by which the key may still open, if it is not the factory's.
  func protection(
    _ purpose: ProjectKeyProtection.Purpose, previousProjectName previous: String? = nil
  ) -> ProjectKeyProtection {
    ProjectKeyProtection(
      keyring: keyring, environment: workspace.environment, purpose: purpose,
      previousProjectName: previous ?? previousProjectName)
  }

  private func ledgered(
    _ vault: any RecordlessBackend, by ledgers: Ledgers,
    _ authentication: ((any KeyProtection) -> LedgerAuthentication)?
  ) -> Store {
    func made<Records: Ledger>(_ ledger: Records, _ former: Records?) -> Store {
      LedgeredBackend(
        vault, ledger: ledger,
        owner: owner.flatMap { owner in former.map { (owner, $0) } },
        catalog: workspace.catalog, protection: protection(.ledger),
        authentication: { authentication?($0) }, provenance: provenance
      ).store
    }
    return switch ledgers {
    case .git(let ledger, let former): made(ledger, former)
    case .sqlite(let ledger, let former): made(ledger, former)
    }
  }

  private func mirrored(
    _ store: Store, by ledgers: Ledgers, _ authentication: LedgerAuthentication?
  ) -> Store {
    switch ledgers {
    case .git(let ledger, let former):
      store.mirrored(
        in: ledger, previous: former, catalog: workspace.catalog, authentication: authentication,
        provenance: provenance)
    case .sqlite(let ledger, let former):
      store.mirrored(
        in: ledger, previous: former, catalog: workspace.catalog, authentication: authentication,
        provenance: provenance)
    }
  }

  private func vault(_ settings: Auth0Settings) throws -> any RecordlessBackend {
    let environment = InheritedEnvironment.variables
    let domain = environment.nonEmpty("AUTH0_DOMAIN") ?? settings.domain
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
    return OpenBaoBackend(
      address: try environment.address(for: settings),
      namespace: environment.namespace(for: settings),
      mount: settings.mount, prefix: settings.prefix, environment: workspace.environment?.id,
      owner: owner,
      destroys: destroys,
      credentials: { [logins = logins(settings.credentialsCommand)] () throws(StoreError) in
        try logins.openBao(settings.login)
      },
      http: http(additionalAuthorities: environment.authorities),
      runtime: runtime, protection: protection(.store)
    ).store
  }

  private func http(additionalAuthorities: String? = nil) -> LoggingHTTPTransport {
    LoggingHTTPTransport(
      ClockReadingTransport(
        LiveHTTPTransport(authorities: workspace.authorities(and: additionalAuthorities)),
        clock: clock, now: Runtime.live.now),
      logger: logger)
  }

  private func logins(_ command: [String]) -> StoreLogins {
    StoreLogins(
      command, folder: workspace.files.root, isCommandAlone: ignoresEnvironmentLogins)
  }
}
