import Diagnostics
import Model
import SourceYAML

/// `store:` of a project file or of an environment.
extension NodeReader {
  private enum StoreType: String, CaseIterable {
    case sqlite, auth0

    var keys: [String] {
      switch self {
      case .sqlite: ["type", "path"]
      case .auth0: ["type", "domain", "baseURL", "credentialsCommand"]
      }
    }
  }

  /// `nil` where none is given.
  mutating func readStore(_ entries: [YAMLEntry], _ path: String) -> StoreSettings? {
    guard let node = entries.given("store"), let all = anyMapping(node, path) else { return nil }
    guard let value = all.value("type") else {
      report(.missingKey("type", in: path, of: node, example: "type: sqlite", file: file))
      return nil
    }
    guard let type: StoreType = choice(value, "\(path).type", code: .unknownStore),
      let entries = mapping(node, path, keys: type.keys)
    else { return nil }
    switch type {
    case .sqlite:
      guard let value = entries.given("path") else { return nil }
      return relativePath(value, "\(path).path").map { .sqlite(path: $0.text) }
    case .auth0: return readAuth0(entries, of: node, path)
    }
  }

  private mutating func readAuth0(
    _ entries: [YAMLEntry], of node: YAMLNode, _ path: String
  ) -> StoreSettings? {
    guard let value = entries.value("domain") else {
      report(
        .missingKey("domain", in: path, of: node, example: "domain: acme.eu.auth0.com", file: file))
      return nil
    }
    guard let domain = text(value, "\(path).domain") else { return nil }
    guard ValueFormat.hostName.accepts(domain.utf8.span) else {
      report(.notADomain(at: place(value)))
      return nil
    }
    var base: String?
    if let value = entries.given("baseURL"), let text = text(value, "\(path).baseURL") {
      if !text.isServerURL { report(.notAServer(at: place(value))) }
      base = text.withoutFinalSlashes
    }
    let command =
      entries.given("credentialsCommand")
      .flatMap { list($0, "\(path).credentialsCommand") } ?? []
    return .auth0(
      Auth0Settings(
        domain: domain, baseURL: base,
        credentialsCommand: command.compactMap { text($0, "\(path).credentialsCommand") }))
  }
}

extension String {
  /// `https`, or plain `http` to this machine alone; no path, query or user.
  fileprivate var isServerURL: Bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
    func isPlain(_ rest: Substring) -> Bool {
      !rest.isEmpty
        && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) }
    }
    let trimmed = withoutFinalSlashes
    if trimmed.hasPrefix("https://") { return isPlain(trimmed.dropFirst(8)) }
    guard let start = local.first(where: trimmed.hasPrefix) else { return false }
    let rest = trimmed.dropFirst(start.count)
    return rest.isEmpty || (rest.hasPrefix(":") && rest.dropFirst().allSatisfy(\.isNumber))
  }
}

extension Diagnostic {
  fileprivate static func notADomain(at place: Place) -> Diagnostic {
    Diagnostic(
      .invalidStore, "not a tenant's domain", at: place,
      help: ["the domain alone: `domain: acme.eu.auth0.com`"])
  }

  fileprivate static func notAServer(at place: Place) -> Diagnostic {
    Diagnostic(
      .invalidStore, "not a server that a login may be sent to", at: place,
      notes: ["it is `https://HOST`; plain `http` is for this machine alone (127.0.0.1)"])
  }
}
