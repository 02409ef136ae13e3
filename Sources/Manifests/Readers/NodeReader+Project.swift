package import Diagnostics
import Model
package import SourceYAML

extension Project {
  /// Reads `vaultctl.yaml`; the project is `nil` if the file has an error.
  package static func read(
    _ yaml: YAMLFile, parseFaults: [Diagnostic]
  ) -> (project: Project?, diagnostics: [Diagnostic], hidden: [Range<Int>]) {
    var reader = NodeReader(file: yaml.file)
    var project: Project?
    let roots = yaml.documents.compactMap(\.root)
    if let root = roots.first {
      project = reader.project(root)
      if roots.count > 1 { reader.report(.secondProject(at: reader.location(roots[1]))) }
    } else if parseFaults.isEmpty {
      reader.report(.emptyProject(file: yaml.file))
    }
    let diagnostics = reader.diagnostics(after: parseFaults)
    return (
      diagnostics.hasErrors ? nil : project, diagnostics,
      reader.hiddenBytes(under: roots)
    )
  }
}

extension NodeReader {
  fileprivate mutating func project(_ root: YAMLNode) -> Project? {
    guard let entries = mapping(root, "", keys: Self.projectKeys) else { return nil }
    header(of: root, kind: "Project")
    let name = readProjectName(entries, of: root)
    let id = readProjectID(entries)
    let manifests = readManifests(entries)
    let rules = readRecipientRules(entries, of: root)
    let store = readStore(entries, "store", standardFile: StoreSettings.standardFile)
    let failOn = readPolicy(entries)
    let signing = readSigning(entries, of: root)
    let apps = readApps(entries)
    let environments = readEnvironments(entries, manifests: manifests, base: store)
    let flows = readFlowPatterns(entries)
    guard let name else { return nil }
    return Project(
      name: name, id: id, manifests: manifests, recipientRules: rules, store: store, failOn: failOn,
      signing: signing, catalog: Catalog.builtIn.adding(apps), environments: environments,
      flows: flows, renewal: readRenewalRule(entries), tokenJournal: readTokenJournal(entries),
      authorities: readAuthorities(entries))
  }

  private mutating func readProjectName(_ entries: [YAMLEntry], of root: YAMLNode) -> String? {
    guard let node = entries.value("name") else {
      report(.missingKey("name", in: "", of: root, example: "name: my-project", file: file))
      return nil
    }
    guard let text = text(node, "name") else { return nil }
    guard text.isProjectName else {
      report(.invalidProjectName(at: location(node)))
      return nil
    }
    return text
  }

  private mutating func readProjectID(_ entries: [YAMLEntry]) -> ProjectID? {
    guard let node = entries.given("id"), let text = text(node, "id") else { return nil }
    guard let id = ProjectID(text) else {
      report(.invalidProjectID(at: location(node)))
      return nil
    }
    return id
  }

  private mutating func readManifests(_ entries: [YAMLEntry]) -> [LocatedText] {
    guard let node = entries.given("manifests") else {
      return [LocatedText("connections", at: .file(file))]
    }
    return (list(node, "manifests") ?? []).compactMap { relativePath($0, "manifests") }
  }

  private mutating func readFlowPatterns(_ entries: [YAMLEntry]) -> [PathPattern] {
    guard let node = entries.given("flows") else { return [] }
    return (list(node, "flows") ?? []).compactMap { item in
      relativePath(item, "flows").map { PathPattern($0.text) }
    }
  }

  mutating func relativePath(_ node: YAMLNode, _ path: String) -> LocatedText? {
    guard let text = text(node, path) else { return nil }
    guard text.isRelativePath else {
      report(.invalidPath(path, at: location(node)))
      return nil
    }
    // git's listings have neither `./` nor `//`.
    let parts = text.split(separator: "/").filter { $0 != "." }
    return LocatedText(
      parts.isEmpty ? "." : parts.joined(separator: "/"), at: location(node))
  }

  private mutating func readRecipientRules(
    _ entries: [YAMLEntry], of root: YAMLNode
  ) -> [RecipientRule] {
    guard let node = entries.value("recipients") else {
      report(
        .missingKey(
          "recipients", in: "", of: root, example: "recipients: [{keys: [FINGERPRINT]}]",
          file: file))
      return []
    }
    return readRules(node, "recipients")
  }

  mutating func readRules(_ node: YAMLNode, _ path: String) -> [RecipientRule] {
    guard let items = list(node, path) else { return [] }
    if items.isEmpty { report(.noRecipients(at: location(node))) }
    return items.compactMap { readRule($0, path) }
  }

  private mutating func readRule(_ node: YAMLNode, _ path: String) -> RecipientRule? {
    guard let entries = mapping(node, path, keys: ["path", "keys"]) else { return nil }
    var pattern = "**"
    if let value = entries.given("path") {
      guard let text = relativePath(value, "\(path).path") else { return nil }
      pattern = text.text
    }
    guard let value = entries.value("keys") else {
      report(
        .missingKey(
          "keys", in: path, of: node, example: "keys: [FINGERPRINT]", file: file))
      return nil
    }
    let keys = readFingerprints(value, "\(path).keys")
    if keys.isEmpty, case .sequence(let items) = value.content, items.isEmpty {
      report(.noRecipients(at: location(value)))
    }
    return RecipientRule(path: PathPattern(pattern), keys: keys, location: location(node))
  }

  /// Full fingerprints, once each; shorter ids can be forged.
  private mutating func readFingerprints(_ node: YAMLNode, _ path: String) -> [LocatedText] {
    var seen: Set<String> = []
    return (list(node, path) ?? []).compactMap { item in
      guard case .scalar(let scalar) = item.content else {
        report(.wrongType(item, path, expected: "a fingerprint", file: file))
        return nil
      }
      let digits = scalar.text.filter { $0 != " " }.uppercased()
      guard [40, 64].contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit) else {
        report(.notFingerprint(scalar.text, at: location(item)))
        return nil
      }
      guard seen.insert(digits).inserted else {
        report(.duplicateRecipient(digits, at: location(item)))
        return nil
      }
      show(item)
      return LocatedText(digits, at: location(item))
    }
  }

  private mutating func readPolicy(_ entries: [YAMLEntry]) -> Set<FindingKind> {
    guard let node = entries.given("policy"),
      let entries = mapping(node, "policy", keys: ["failOn"]),
      let value = entries.given("failOn"), let items = list(value, "policy.failOn")
    else { return [] }
    var kinds: Set<FindingKind> = []
    for item in items {
      if let kind: FindingKind = choice(item, "policy.failOn", code: .unknownFinding) {
        kinds.insert(kind)
      }
    }
    return kinds
  }

  private enum SigningWord: String, CaseIterable { case required, optional }

  private mutating func readSigning(_ entries: [YAMLEntry], of root: YAMLNode) -> Signing {
    let given = entries.given("signers")
    let signers = given.map { readFingerprints($0, "signers") } ?? []
    guard let node = entries.given("signing"),
      let word: SigningWord = choice(node, "signing")
    else { return .optional }
    switch word {
    case .optional: return .optional
    case .required:
      if given?.isEmptyList ?? true {
        report(
          .missingKey("signers", in: "", of: root, example: "signers: [FINGERPRINT]", file: file))
      }
      return .required(signers: signers)
    }
  }
}

extension YAMLNode {
  fileprivate var isEmptyList: Bool {
    if case .sequence(let items) = content { items.isEmpty } else { false }
  }
}
