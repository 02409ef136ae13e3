import Foundation
import Ledgers
import Manifests
import Model
import Stores

extension StoreFactory {
  /// What decides where a run with these settings goes, as `store(_:)` reads it.
  ///
  /// - Parameter store: the store that was built from them.
  func identity(of settings: StoreSettings, _ store: Store) throws -> StoreIdentity {
    let name = store.description.description
    var named: [String: String] = [:]
    named["owner"] = owner?.description
    switch settings.ledger ?? settings.backend.standardLedger {
    case nil: break
    case .git:
      named["ledger"] = "git: \(owner.map { settings.backend.ledgerName(of: $0).text } ?? "")"
    case .sqlite(let path): named["ledger"] = "sqlite: \(path)"
    }
    switch settings.backend {
    case .sqlite: return StoreIdentity(name: name, settings: named)
    case .auth0(let settings):
      named["credentialsCommand"] = settings.credentialsCommand.asSetting
      return StoreIdentity(
        name: name, address: settings.baseURL ?? "https://\(settings.domain)", settings: named)
    case .openBao(let settings):
      let environment = OpenBaoEnvironment(InheritedEnvironment.variables)
      named["namespace"] = environment.namespace(for: settings)
      named["mount"] = settings.mount
      named["prefix"] = settings.prefix
      named["login"] = settings.login.summary
      named["credentialsCommand"] = settings.credentialsCommand.asSetting
      return StoreIdentity(
        name: name, address: try environment.address(for: settings), settings: named)
    }
  }
}

extension [String] {
  /// `nil` for no command.
  fileprivate var asSetting: String? { isEmpty ? nil : joined(separator: " ") }
}

extension OpenBaoLogin {
  fileprivate var summary: String {
    switch self {
    case .token: "token"
    case .appRole(let mount): "approle at \(mount)"
    case .jwt(let mount, let role, let source): "jwt at \(mount) as \(role), from \(source.summary)"
    }
  }
}

extension JWTSource {
  fileprivate var summary: String {
    switch self {
    case .variable(let name): "env:\(name)"
    case .file(let path): "file:\(path)"
    case .command: "command"
    }
  }
}
