/// Which store, and where its applied records are kept.
package struct StoreSettings: Hashable, Sendable {
  package let backend: StoreBackend
  /// `nil`: in the store where the backend can hold records, else in git.
  package let ledger: LedgerSettings?

  package init(_ backend: StoreBackend, ledger: LedgerSettings? = nil) {
    self.backend = backend
    self.ledger = ledger
  }

  static let standardFile = ".vaultctl/vault.db"
  package static let standard = StoreSettings(.sqlite(path: standardFile))
}

package enum StoreBackend: Hashable, Sendable {
  /// `path` is relative to the project's root.
  case sqlite(path: String)
  case auth0(Auth0Settings)
  case openBao(OpenBaoSettings)
}

package enum LedgerSettings: Hashable, Sendable {
  /// A ref of the repository that the project is in.
  case git
  /// `path` is relative to the project's root.
  case sqlite(path: String)
}

/// An Auth0 tenant.
package struct Auth0Settings: Hashable, Sendable {
  package let domain: String
  /// The base of its API, if that is not the domain; without a slash at the end.
  package let baseURL: String?
  /// Prints the login as lines `AUTH0_CLIENT_ID=…`; empty: the environment has it.
  package let credentialsCommand: [String]

  package init(domain: String, baseURL: String?, credentialsCommand: [String]) {
    self.domain = domain
    self.baseURL = baseURL
    self.credentialsCommand = credentialsCommand
  }
}

/// A KV v2 secret engine of OpenBao or HashiCorp Vault.
package struct OpenBaoSettings: Hashable, Sendable {
  /// Without a slash at the end; `nil`: the environment has it.
  package let address: String?
  package let namespace: String?
  /// The path that the engine is mounted at, and what goes before the connections' names in it;
  /// neither with a slash at an end.
  package let mount: String
  package let prefix: String
  package let login: OpenBaoLogin
  /// Prints the login as lines `BAO_TOKEN=…`; empty: the environment has it.
  package let credentialsCommand: [String]

  package init(
    address: String?, namespace: String?, mount: String = standardMount,
    prefix: String = standardPrefix, login: OpenBaoLogin = .token, credentialsCommand: [String] = []
  ) {
    self.address = address
    self.namespace = namespace
    self.mount = mount
    self.prefix = prefix
    self.login = login
    self.credentialsCommand = credentialsCommand
  }

  package static let standardMount = "secret"
  package static let standardPrefix = "vaultctl"
}

/// How one logs in to OpenBao; `mount` is the path of the auth method.
package enum OpenBaoLogin: Hashable, Sendable {
  case token
  case appRole(mount: String)
  case jwt(mount: String, role: String, from: JWTSource)
}

/// Where a job's JWT comes from.
package enum JWTSource: Hashable, Sendable {
  case variable(String)
  case file(String)
  /// `credentialsCommand` prints `BAO_JWT=…`.
  case command
}
