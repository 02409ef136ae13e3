import Diagnostics
import Encodings
import Model
import SourceYAML

/// `store:` of a project file or of an environment.
extension NodeReader {
  private enum StoreType: String, CaseIterable {
    case sqlite, auth0, openbao

    var keys: [String] {
      switch self {
      case .sqlite: ["type", "ledger", "path"]
      case .auth0: ["type", "ledger", "domain", "baseURL", "credentialsCommand"]
      case .openbao:
        [
          "type", "ledger", "address", "namespace", "mount", "prefix", "login",
          "credentialsCommand",
        ]
      }
    }
  }

  /// `nil` if none is given.
  ///
  /// - Parameter standardFile: the file of a SQLite store that names none.
  mutating func readStore(
    _ entries: [YAMLEntry], _ path: String, standardFile: String
  ) -> StoreSettings? {
    guard let node = entries.given("store"), let all = anyMapping(node, path) else { return nil }
    guard let value = all.value("type") else {
      report(.missingKey("type", in: path, of: node, example: "type: sqlite", file: file))
      return nil
    }
    guard let type: StoreType = choice(value, "\(path).type", code: .unknownStore),
      let entries = mapping(node, path, keys: type.keys)
    else { return nil }
    let ledger = entries.given("ledger").flatMap { readLedger($0, "\(path).ledger") }
    let backend: StoreBackend? =
      switch type {
      case .sqlite:
        .sqlite(
          path: entries.given("path").flatMap { file($0, "\(path).path") }
            ?? standardFile)
      case .auth0: readAuth0(entries, of: node, path).map { .auth0($0) }
      case .openbao: readOpenBao(entries, path).map { .openBao($0) }
      }
    return backend.map { StoreSettings($0, ledger: ledger) }
  }

  private enum LedgerType: String, CaseIterable { case git, sqlite }

  /// `git`, or a mapping with the type and what it needs.
  private mutating func readLedger(_ node: YAMLNode, _ path: String) -> LedgerSettings? {
    guard case .mapping(let all) = node.content else {
      guard let type: LedgerType = choice(node, path, code: .invalidStore) else { return nil }
      switch type {
      case .git: return .git()
      case .sqlite:
        report(.ledgerWithoutPath(at: location(node)))
        return nil
      }
    }
    guard let value = all.value("type") else {
      report(.missingKey("type", in: path, of: node, example: "type: git", file: file))
      return nil
    }
    guard let type: LedgerType = choice(value, "\(path).type", code: .invalidStore) else {
      return nil
    }
    switch type {
    case .git:
      guard let entries = mapping(node, path, keys: ["type", "keys"]) else { return nil }
      let keys = entries.given("keys").map { ledgerKeys($0, "\(path).keys") }
      return .git(keys: Set(keys ?? []))
    case .sqlite:
      guard let entries = mapping(node, path, keys: ["type", "path"]) else { return nil }
      guard let value = entries.given("path") else {
        report(.ledgerWithoutPath(at: location(node)))
        return nil
      }
      return file(value, "\(path).path").map { .sqlite(path: $0) }
    }
  }

  private mutating func ledgerKeys(_ node: YAMLNode, _ path: String) -> [String] {
    var keys: [String] = []
    for (index, node) in (list(node, path) ?? []).enumerated() {
      guard let key = text(node, "\(path)[\(index)]") else { continue }
      if key.utf8.count == 32, key.utf8.allSatisfy({ $0.hexadecimalValue != nil }) {
        keys.append(key.lowercased())
      } else {
        report(.notALedgerKey(at: location(node)))
      }
    }
    return keys
  }

  /// A file in the project, or anywhere on the machine by its absolute path.
  mutating func file(_ node: YAMLNode, _ path: String) -> String? {
    guard let text = text(node, path) else { return nil }
    if text.hasPrefix("/"), String(text.drop { $0 == "/" }).isRelativePath { return text }
    return relativePath(node, path)?.text
  }

  private mutating func readAuth0(
    _ entries: [YAMLEntry], of node: YAMLNode, _ path: String
  ) -> Auth0Settings? {
    guard let value = entries.value("domain") else {
      report(
        .missingKey("domain", in: path, of: node, example: "domain: acme.eu.auth0.com", file: file))
      return nil
    }
    guard let domain = text(value, "\(path).domain") else { return nil }
    guard ValueFormat.hostName.accepts(domain.utf8.span) else {
      report(.notADomain(at: location(value)))
      return nil
    }
    return Auth0Settings(
      domain: domain, baseURL: readServer(entries, "baseURL", path),
      credentialsCommand: readCommand(entries, path))
  }

  /// A server that a login may be sent to; `nil` if none is given.
  mutating func readServer(_ entries: [YAMLEntry], _ key: String, _ path: String) -> String? {
    guard let value = entries.given(key), let text = text(value, "\(path).\(key)") else {
      return nil
    }
    let address = text.withoutFinalSlashes
    if CredentialURL(address, allowsPath: false) == nil {
      report(.notAServer(at: location(value)))
    }
    return address
  }

  mutating func readCommand(_ entries: [YAMLEntry], _ path: String) -> [String] {
    texts("credentialsCommand", in: entries, path)
  }
}

extension Diagnostic {
  fileprivate static func ledgerWithoutPath(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidStore, "no path configured for the ledger", at: location,
      help: ["set it: `ledger: {type: sqlite, path: .vaultctl/ledger.db}`"])
  }

  fileprivate static func notALedgerKey(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidStore, "invalid id of a ledger key", at: location,
      notes: ["an id is 32 hexadecimal digits"],
      help: ["print it: vaultctl ledger verify"])
  }

  fileprivate static func notADomain(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidStore, "invalid tenant domain", at: location,
      help: ["give the domain alone: `domain: acme.eu.auth0.com`"])
  }

  fileprivate static func notAServer(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidStore, "credentials cannot be sent to this address", at: location,
      notes: [
        "an address is `https://HOST`; plain `http` is accepted only for this machine (127.0.0.1)"
      ])
  }
}
