import Diagnostics
import Encodings
import SourceYAML

/// `store:` of type `openbao`: a KV v2 secrets engine.
extension NodeReader {
  private enum LoginMethod: String, CaseIterable {
    case token, approle, jwt

    var keys: [String] {
      switch self {
      case .token: ["method"]
      case .approle: ["method", "mount"]
      case .jwt: ["method", "mount", "role", "jwtFrom"]
      }
    }
  }

  mutating func readOpenBao(_ entries: [YAMLEntry], _ path: String) -> OpenBaoSettings? {
    let address = readServer(entries, "address", path)
    let mount = readEnginePath(entries, "mount", path) ?? OpenBaoSettings.standardMount
    let prefix = readEnginePath(entries, "prefix", path) ?? OpenBaoSettings.standardPrefix
    let login = entries.given("login").map { readLogin($0, "\(path).login") } ?? .token
    guard let login else { return nil }
    return OpenBaoSettings(
      address: address, namespace: readEnginePath(entries, "namespace", path), mount: mount,
      prefix: prefix, login: login, credentialsCommand: readCommand(entries, path))
  }

  private mutating func readLogin(_ node: YAMLNode, _ path: String) -> OpenBaoLogin? {
    guard let all = anyMapping(node, path) else { return nil }
    guard let value = all.value("method") else {
      report(.missingKey("method", in: path, of: node, example: "method: jwt", file: file))
      return nil
    }
    guard let method: LoginMethod = choice(value, "\(path).method", code: .invalidStore),
      let entries = mapping(node, path, keys: method.keys)
    else { return nil }
    let mount = readEnginePath(entries, "mount", path) ?? method.rawValue
    switch method {
    case .token: return .token
    case .approle: return .appRole(mount: mount)
    case .jwt:
      guard let role = required(entries, "role", of: node, path, example: "role: vaultctl"),
        let text = required(
          entries, "jwtFrom", of: node, path, example: "jwtFrom: env:CI_JOB_JWT")
      else { return nil }
      guard let source = JWTSource(text) else {
        report(.invalidJWTSource(at: entries.value("jwtFrom").map(location)))
        return nil
      }
      return .jwt(mount: mount, role: role, from: source)
    }
  }

  private mutating func required(
    _ entries: [YAMLEntry], _ key: String, of node: YAMLNode, _ path: String, example: String
  ) -> String? {
    guard let value = entries.value(key) else {
      report(.missingKey(key, in: path, of: node, example: example, file: file))
      return nil
    }
    return text(value, "\(path).\(key)")
  }

  /// A path within the server: parts of plain letters, with single slashes between them.
  private mutating func readEnginePath(
    _ entries: [YAMLEntry], _ key: String, _ path: String
  ) -> String? {
    guard let value = entries.given(key), let text = text(value, "\(path).\(key)") else {
      return nil
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part != "." && part != ".."
        && part.allSatisfy { $0.isASCIIAlphanumeric || "._-".contains($0) }
    }
    if isPlain { return text }
    report(.invalidEnginePath(at: location(value)))
    return nil
  }
}

extension JWTSource {
  /// `env:NAME`, `file:PATH` or `command`.
  fileprivate init?(_ text: String) {
    if text == "command" {
      self = .command
    } else if text.hasPrefix("env:"), text.count > 4 {
      self = .variable(String(text.dropFirst(4)))
    } else if text.hasPrefix("file:"), text.count > 5 {
      self = .file(String(text.dropFirst(5)))
    } else {
      return nil
    }
  }
}

extension Diagnostic {
  fileprivate static func invalidJWTSource(at location: Location?) -> Diagnostic {
    Diagnostic(
      .invalidStore, "no source for the JWT configured", at: location,
      help: ["set `jwtFrom: env:NAME`, `jwtFrom: file:PATH` or `jwtFrom: command`"])
  }

  fileprivate static func invalidEnginePath(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidStore, "invalid path on the server", at: location,
      notes: [
        "a path has letters, digits, `.`, `_` and `-`, with single slashes between its parts and none"
          + " at either end"
      ])
  }
}
