package import Diagnostics
package import Model
package import SourceYAML

extension Manifest {
  /// Reads the documents of one file as connections.
  ///
  /// 1. The frame: `apiVersion`, `kind`, `metadata`, `spec`, no other keys.
  /// 2. The name, labels and annotations.
  /// 3. The app, and its setup field by field against the catalog.
  /// 4. Scopes and lifecycle.
  ///
  /// - Parameter parseFaults: what parsing found; they come first in the manifest's diagnostics.
  package init(_ yaml: YAMLFile, parseFaults: [Diagnostic], catalog: Catalog) {
    var reader = NodeReader(file: yaml.file)
    var documents: [ManifestDocument] = []
    let roots = yaml.documents.compactMap(\.root)
    if roots.isEmpty, parseFaults.isEmpty {
      reader.report(.noDocument(in: yaml))
    }
    for root in roots {
      if let document = reader.connection(root, catalog: catalog) { documents.append(document) }
    }
    self.init(
      yaml: yaml, documents: documents,
      diagnostics: reader.diagnostics(behind: parseFaults),
      hidden: roots.flatMap(reader.hiddenSpans(under:)))
  }
}

extension NodeReader {
  fileprivate mutating func connection(
    _ root: YAMLNode, catalog: Catalog
  ) -> ManifestDocument? {
    let faultsBefore = errorCount
    guard let entries = mapping(root, "", keys: ["apiVersion", "kind", "metadata", "spec"])
    else { return nil }
    header(of: root, kind: "Connection")

    let metadata = readMetadata(entries, of: root)
    guard let spec = entries.value("spec") else {
      report(.missingKey("spec", in: "", of: root, example: "spec: {app: …}", file: file))
      return nil
    }
    let keys = ["app", "setup", "scopes", "publicFields", "lifecycle"]
    guard let specEntries = mapping(spec, "spec", keys: keys) else { return nil }

    let app = readApp(specEntries, of: spec, catalog: catalog)
    let publicFields = readPublicFields(specEntries)
    let setup = readSetup(specEntries, app: app?.app, publicFields: publicFields.names)
    checkUse(of: publicFields, shape: setup?.shape, of: app?.app)
    let scopes = readScopes(specEntries)
    let preventsDestroy = readLifecycle(specEntries)

    guard let metadata, let name = metadata.name else { return nil }
    let origin = ConnectionOrigin(
      file: file, name: metadata.nameSpan, app: app?.span ?? spec.span, setup: setup?.span,
      scopes: scopes?.span, fields: setup?.spans ?? [:])
    var desired: DesiredConnection?
    if errorCount == faultsBefore, let app {
      desired = DesiredConnection(
        name: name, app: app.app.id, labels: metadata.labels,
        annotations: metadata.annotations, setup: setup?.desired, scopes: scopes?.values,
        preventsDestroy: preventsDestroy, origin: origin)
    }
    return ManifestDocument(
      name: name, app: app?.app, shape: setup?.shape, publicFields: publicFields.names,
      spec: spec, setup: setup?.node, slots: setup?.slots ?? [], desired: desired,
      origin: origin)
  }

  private mutating func readApp(
    _ spec: [YAMLEntry], of node: YAMLNode, catalog: Catalog
  ) -> (app: App, span: Span)? {
    guard let value = spec.value("app") else {
      report(.missingKey("app", in: "spec", of: node, example: "app: http", file: file))
      return nil
    }
    guard let text = text(value, "spec.app") else { return nil }
    guard let app = catalog[AppID(text)] else {
      report(.unknownApp(text, known: catalog, at: place(value)))
      return nil
    }
    return (app, value.span)
  }

  private mutating func readScopes(
    _ spec: [YAMLEntry]
  ) -> (values: Set<Scope>, span: Span)? {
    guard let node = spec.given("scopes"), let items = list(node, "spec.scopes") else {
      return nil
    }
    var scopes: Set<Scope> = []
    for item in items {
      guard let text = text(item, "spec.scopes") else { continue }
      if text.isEmpty || text.unicodeScalars.contains(where: \.isSpaceOrControl) {
        report(.invalidScope(text, at: place(item)))
      } else if !scopes.insert(Scope(text)).inserted {
        report(.duplicateScope(text, at: place(item)))
      }
    }
    return (scopes, node.span)
  }

  /// Whether `lifecycle.preventDestroy` is set.
  private mutating func readLifecycle(_ spec: [YAMLEntry]) -> Bool {
    guard let node = spec.given("lifecycle"),
      let entries = mapping(node, "spec.lifecycle", keys: ["preventDestroy"]),
      let value = entries.value("preventDestroy")
    else { return false }
    return boolean(value, "spec.lifecycle.preventDestroy") ?? false
  }
}

extension Unicode.Scalar {
  var isSpaceOrControl: Bool {
    properties.isWhitespace || properties.generalCategory == .control
  }
}

extension Diagnostic {
  fileprivate static func noDocument(in yaml: YAMLFile) -> Diagnostic {
    Diagnostic(
      .emptyDocument, "no connection in this file", at: .file(yaml.file),
      notes: ["a manifest holds at least one document"],
      help: ["scaffold one: vaultctl new NAME --app APP"])
  }

  fileprivate static func unknownApp(
    _ text: String, known catalog: Catalog, at place: Place
  ) -> Diagnostic {
    let names = catalog.apps.keys.map(\.rawValue).sorted()
    let near = nearestName(to: text, among: names)
    return Diagnostic(
      .unknownApp, "unknown app `\(text)`", at: place,
      notes: near == nil ? ["apps: \(names.joined(separator: ", "))"] : [],
      help: near.map { ["did you mean `\($0)`?"] }
        ?? ["an app of your own is declared under `apps:` in \(Project.fileName)"])
  }

  fileprivate static func invalidScope(_ text: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .invalidScope, text.isEmpty ? "a scope cannot be empty" : "a scope has no white space",
      at: place, help: ["write each scope as an item of its own"])
  }

  fileprivate static func duplicateScope(_ text: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .duplicateScope, "scope `\(text)` is listed twice", at: place, help: ["remove one"])
  }
}
