import Manifests

extension StoreBackend {
  /// A vault holds nothing of ours.
  var standardLedger: LedgerSettings? {
    switch self {
    case .auth0: .git
    case .sqlite, .openBao: nil
    }
  }

  /// Tells the ledgers of one project apart; a part of a git ref's name.
  var ledgerName: String {
    switch self {
    case .auth0(let settings): settings.domain
    case .sqlite(let path): "sqlite/\(refName(path))"
    case .openBao(let settings): "openbao/\(refName("\(settings.mount)/\(settings.prefix)"))"
    }
  }

  /// Letters, digits, `-` and `_` stand for themselves (git-check-ref-format(1) forbids the rest in
  /// one place or another), a slash is `-`.
  private func refName(_ text: String) -> String {
    String(
      text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" }
        .drop { $0 == "-" })
  }
}
