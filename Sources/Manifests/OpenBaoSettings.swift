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

/// The method of logging in to OpenBao; `mount` is the path of the auth method.
package enum OpenBaoLogin: Hashable, Sendable {
  case token
  case appRole(mount: String)
  case jwt(mount: String, role: String, from: JWTSource)
}

/// The source of a job's JWT.
package enum JWTSource: Hashable, Sendable {
  case variable(String)
  case file(String)
  /// `credentialsCommand` prints `BAO_JWT=…`.
  case command
}
