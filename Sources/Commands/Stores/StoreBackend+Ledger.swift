import Encodings
package import Ledgers
package import Manifests
package import Model

extension StoreBackend {
  /// The ledger for records that the backend cannot hold; `nil` if it holds them.
  package var standardLedger: LedgerSettings? {
    switch self {
    case .auth0: .git()
    case .sqlite, .openBao: nil
    }
  }

  /// The name of an owner's ledger for this backend.
  package func ledgerName(of owner: Owner) -> LedgerName {
    let backend =
      switch self {
      case .auth0(let settings): ["auth0", settings.domain]
      case .sqlite(let path): ["sqlite", path]
      case .openBao(let settings): ["openbao", settings.mount, settings.prefix]
      }
    return LedgerName(backend: backend, owner: owner)
  }

  /// The backend's part of a ledger's name before records had owners; a part of a git ref's name.
  package var formerLedgerName: String {
    switch self {
    case .auth0(let settings): settings.domain
    case .sqlite(let path): "sqlite/\(refName(path))"
    case .openBao(let settings): "openbao/\(refName("\(settings.mount)/\(settings.prefix)"))"
    }
  }

  /// Letters, digits, `-` and `_` stay (git-check-ref-format(1) forbids the rest in one position or
  /// another); all else becomes `-`.
  private func refName(_ text: String) -> String {
    String(
      text.map { $0.isASCIIAlphanumeric || $0 == "_" ? $0 : "-" }
        .drop { $0 == "-" })
  }
}
