package import Diagnostics
package import Model
package import SourceYAML

extension Manifest {
  /// Reads the documents of one file as connections.
  ///
  /// 1. The frame: `apiVersion`, `kind`, `metadata`, `spec`, no other keys.
  /// 2. The name, previous names, labels and annotations.
  /// 3. The app, and its setup field by field against the catalog.
  /// 4. Scopes, lifecycle, and what is ignored.
  ///
  /// - Parameters:
  ///   - parseFaults: what the parser found.
  ///   - environment: the one whose overlay the file belongs to.
  ///   - base: the base's documents; an overlay need not repeat what they say.
  package convenience init(
    _ yaml: YAMLFile, parseFaults: [Diagnostic], catalog: Catalog, environment: String? = nil,
    over base: [ConnectionName: ManifestDocument] = [:]
  ) {
    var reader = NodeReader(file: yaml.file, isOverlay: environment != nil)
    var documents: [ManifestDocument] = []
    var unread: [ConnectionName?] = []
    let roots = yaml.documents.compactMap(\.root)
    if roots.isEmpty, parseFaults.isEmpty {
      reader.report(.noDocument(in: yaml))
    }
    for (index, root) in roots.enumerated() {
      if let document = reader.connection(root, index, catalog: catalog, over: base) {
        documents.append(document)
      } else {
        unread.append(root["metadata"]?["name"]?.scalar.flatMap { ConnectionName($0.text) })
      }
    }
    self.init(
      file: yaml.file, bytes: yaml.bytes, environment: environment, documents: documents,
      unreadNames: unread,
      diagnostics: reader.diagnostics(after: parseFaults),
      hidden: reader.hiddenBytes(under: roots, fields: catalog.fieldNames))
  }
}

/// `spec.app`.
private struct ParsedApp {
  let app: App
  let range: SourceRange
  /// Whether the document itself names it; otherwise it inherits the base's.
  let isOwn: Bool
}

/// `spec.scopes`.
private struct ParsedScopes {
  var part = ConnectionLayer.Part<Set<Scope>>.unspecified
  /// `nil` if no scopes are listed.
  var range: SourceRange?
}

extension NodeReader {
  private static let specKeys = [
    "app", "setup", "scopes", "publicFields", "lifecycle", "ignore",
  ]

  fileprivate mutating func connection(
    _ root: YAMLNode, _ index: Int, catalog: Catalog,
    over base: [ConnectionName: ManifestDocument]
  ) -> ManifestDocument? {
    let faultsBefore = errorCount
    if let sops = root.entry("sops"), sops.value["mac"] != nil || sops.value["version"] != nil {
      report(.sopsDocument(file, at: location(sops.key)))
      return nil
    }
    guard let entries = mapping(root, "", keys: ["apiVersion", "kind", "metadata", "spec"])
    else { return nil }
    header(of: root, kind: "Connection")

    let metadata = readMetadata(entries, of: root)
    let below = metadata?.name.flatMap { base[$0] }
    if let metadata, let name = metadata.name, let below, below.name != name {
      report(
        .renamedInBase(name, to: below.name, at: .source(file: file, range: metadata.nameRange)))
    }
    guard let spec = entries.value("spec") else {
      report(.missingKey("spec", in: "", of: root, example: "spec: {app: …}", file: file))
      return nil
    }
    if let below, let metadata, spec.isNull { return removed(index, metadata, spec, below) }
    guard let specEntries = mapping(spec, "spec", keys: Self.specKeys) else { return nil }

    let app = readApp(specEntries, of: spec, catalog: catalog, below: below)
    var publicFields = readPublicFields(specEntries)
    publicFields.inherited = below?.publicFields ?? []
    let setup = readSetup(
      specEntries, of: metadata?.name, app: app?.app,
      below: app?.app == below?.app ? below?.shape : nil,
      publicFields: publicFields.names)
    let shape = setup?.shape ?? below?.shape
    checkUse(of: publicFields, shape: shape, of: app?.app)
    let scopes = readScopes(specEntries, of: app?.app)
    let preventsDestroy = readLifecycle(specEntries)
    let ignored = readIgnoredFields(specEntries, shape: shape, of: app?.app)

    guard let metadata, let name = metadata.name else { return nil }
    let origin = ConnectionOrigin(
      file: file, name: metadata.nameRange, app: app?.range ?? spec.range, setup: setup?.range,
      scopes: scopes.range, fields: setup?.ranges ?? [:])
    var layer: ConnectionLayer?
    if errorCount == faultsBefore, let app {
      layer = ConnectionLayer(
        name: name, formerNames: metadata.formerNames, app: app.app, namesApp: app.isOwn,
        labels: metadata.labels, annotations: metadata.annotations,
        setup: specEntries.isNull("setup") ? .removed : .init(setup?.layer),
        scopes: scopes.part, preventsDestroy: preventsDestroy, ignoredFields: ignored,
        origin: origin)
    }
    let unread = setup == nil ? specEntries.given("setup") : nil
    return ManifestDocument(
      index: index, name: name, formerNames: metadata.formerNames, app: app?.app, shape: shape,
      publicFields: publicFields.names, hasSetup: setup != nil,
      hasUnreadSetup: unread.map { $0.entries?.isEmpty != true } ?? false,
      slots: setup?.slots ?? [], layer: layer, liesOverSetup: below?.shape != nil, origin: origin)
  }

  /// `spec: null` in the overlay of a document of the base.
  private func removed(
    _ index: Int, _ metadata: ParsedMetadata, _ spec: YAMLNode, _ below: ManifestDocument
  ) -> ManifestDocument {
    let origin = ConnectionOrigin(file: file, name: metadata.nameRange, app: spec.range)
    return ManifestDocument(
      index: index, name: metadata.name ?? below.name, app: below.app,
      layer: below.app.map {
        ConnectionLayer(
          name: metadata.name ?? below.name, isRemoved: true, app: $0, origin: origin)
      }, origin: origin)
  }

  private mutating func readApp(
    _ spec: [YAMLEntry], of node: YAMLNode, catalog: Catalog, below: ManifestDocument?
  ) -> ParsedApp? {
    guard let value = spec.value("app") else {
      // If the base's app is unknown, that is reported for the base.
      if let below { return below.app.map { ParsedApp(app: $0, range: node.range, isOwn: false) } }
      report(.missingKey("app", in: "spec", of: node, example: "app: http", file: file))
      return nil
    }
    guard let text = text(value, "spec.app") else { return nil }
    guard let app = catalog[AppID(text)] else {
      report(value, known: catalog.appNames) { .unknownApp($0, at: $1) }
      return nil
    }
    return ParsedApp(app: app, range: value.range, isOwn: true)
  }

  private mutating func readScopes(_ spec: [YAMLEntry], of app: App?) -> ParsedScopes {
    guard let node = spec.value("scopes") else { return ParsedScopes() }
    if node.isNull { return ParsedScopes(part: .removed) }
    guard let items = list(node, "spec.scopes") else { return ParsedScopes() }
    var scopes: Set<Scope> = []
    for item in items {
      guard let text = text(item, "spec.scopes") else { continue }
      if text.isEmpty || text.unicodeScalars.contains(where: \.isSpaceOrControl) {
        report(.invalidScope(isEmpty: text.isEmpty, at: location(item)))
      } else if !scopes.insert(Scope(text)).inserted {
        report(.duplicateScope(at: location(item)))
      }
    }
    if let app, app.oauth?.scopes.areOfTwoTokens(scopes) ?? false {
      report(.scopesOfTwoTokens(app.id, at: location(node)))
    }
    return ParsedScopes(part: .given(scopes), range: node.range)
  }

  /// `lifecycle.preventDestroy`.
  private mutating func readLifecycle(_ spec: [YAMLEntry]) -> ConnectionLayer.Part<Bool> {
    guard let node = spec.value("lifecycle") else { return .unspecified }
    if node.isNull { return .removed }
    guard let entries = mapping(node, "spec.lifecycle", keys: ["preventDestroy"]),
      let value = entries.value("preventDestroy")
    else { return .unspecified }
    if isOverlay, value.isNull { return .removed }
    return .init(boolean(value, "spec.lifecycle.preventDestroy"))
  }
}

extension Unicode.Scalar {
  var isSpaceOrControl: Bool {
    properties.isWhitespace || properties.generalCategory == .control
  }
}

extension Diagnostic {
  fileprivate static func renamedInBase(
    _ name: ConnectionName, to present: ConnectionName, at location: Location
  ) -> Diagnostic {
    let (former, new) = (shellWord(name.rawValue), shellWord(present.rawValue))
    return Diagnostic(
      .formerNameTaken, "the base renamed `\(name)` to `\(present)`", at: location,
      notes: ["this document has the previous name, which sealed values contain"],
      help: [
        "rename it too: vaultctl rename \(former) \(new)",
        "or, if it is another connection: remove `\(name)` from `renamedFrom` of `\(present)`",
      ])
  }

  fileprivate static func noDocument(in yaml: YAMLFile) -> Diagnostic {
    Diagnostic(
      .emptyDocument, "no connection in this file", at: .file(yaml.file),
      notes: ["a manifest holds at least one document"],
      help: ["scaffold one: vaultctl new NAME --app APP"])
  }

  fileprivate static func unknownApp(_ word: RefusedWord, at location: Location) -> Diagnostic {
    Diagnostic(
      .unknownApp, "unknown app\(word.quoted)", at: location,
      notes: word.isNear ? [] : ["apps: \(word.listing)"],
      help: word.isNear
        ? word.help : ["declare your own app under `apps:` in \(Project.fileName)"])
  }

  fileprivate static func invalidScope(isEmpty: Bool, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidScope, isEmpty ? "a scope cannot be empty" : "a scope cannot contain spaces",
      at: location, help: ["list each scope as a separate item"])
  }

  fileprivate static func scopesOfTwoTokens(
    _ app: AppID, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidScope, "these scopes belong to two tokens, and a connection has one", at: location,
      notes: ["the service of `\(app)` issues scopes with `user:` for a token of the person's own"],
      help: ["declare them in a connection of their own"])
  }

  fileprivate static func duplicateScope(at location: Location) -> Diagnostic {
    Diagnostic(
      .duplicateScope, "a scope is listed twice", at: location,
      help: ["remove one of the two"])
  }
}
