/// Which store, and where its applied records are kept.
package struct StoreSettings: Hashable, Sendable {
  package let backend: StoreBackend
  /// `nil`: in the store if the backend can hold records, else in git.
  package let ledger: LedgerSettings?

  package init(_ backend: StoreBackend, ledger: LedgerSettings? = nil) {
    self.backend = backend
    self.ledger = ledger
  }

  static let standardFile = ".vaultctl/vault.db"
  package static let standard = StoreSettings(.sqlite(path: standardFile))
}

package enum StoreBackend: Hashable, Sendable {
  /// `path` is relative to the project's root, or absolute.
  case sqlite(path: String)
  case auth0(Auth0Settings)
  case openBao(OpenBaoSettings)
}

package enum LedgerSettings: Hashable, Sendable {
  /// A ref of the repository that the project is in.
  ///
  /// - Parameter keys: ids of keys; a ledger's must be one of them, or have replaced one. Without any, a
  ///   new clone takes the key that it finds.
  case git(keys: Set<String> = [])
  /// `path` is relative to the project's root, or absolute.
  case sqlite(path: String)
}
