/// Where a store keeps the connections of one environment, or of the base: two with the same place
/// would write over each other.
struct StorePlace: Hashable, Sendable {
  private let text: String

  /// - Parameter environment: its id.
  init(_ backend: StoreBackend, environment: String?) {
    switch backend {
    case .sqlite(let path):
      let parts = path.split(separator: "/").filter { $0 != "." }
      text = "sqlite " + (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    case .auth0(let settings): text = "auth0 \(settings.domain.lowercased())"
    case .openBao(let settings):
      let folders = [settings.mount, settings.prefix, environment].compactMap { $0 }
      text =
        "openbao \(settings.address ?? "") \(settings.namespace ?? "") "
        + folders.joined(separator: "/")
    }
  }
}

extension StoreSettings {
  /// The store of an environment that names none: the base's, and an own place in it. A tenant has no
  /// places of its own, so there it is the base's.
  ///
  /// - Parameter environment: its id.
  func inherited(by environment: String) -> StoreSettings {
    switch backend {
    case .auth0, .openBao: self
    case .sqlite(let path):
      StoreSettings(
        .sqlite(path: path.prefix(through: path.lastIndex(of: "/")) + "\(environment).db"),
        ledger: ledger)
    }
  }
}

extension String {
  /// Up to and with an index; nothing for none.
  fileprivate func prefix(through index: Index?) -> String {
    index.map { String(self[...$0]) } ?? ""
  }
}
