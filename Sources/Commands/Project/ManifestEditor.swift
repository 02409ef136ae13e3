import Diagnostics
package import FileChanges
package import Manifests
import Model
import SourceYAML

/// Edits values of manifests and changes no other byte.
package struct ManifestEditor: Sendable {
  private let catalog: Catalog
  /// The base's documents, which overlays override.
  private let base: [ConnectionName: ManifestDocument]

  package init(contents: ProjectContents) {
    catalog = contents.project.catalog
    let documents = contents.manifests.filter { $0.environment == nil }.flatMap(\.documents)
    base = Dictionary(documents.map { ($0.name, $0) }) { $1 }
  }

  /// All edits of one manifest.
  ///
  /// - Parameters:
  ///   - isNew: whether its file does not exist yet.
  ///   - fits: what else must be so of the manifest that another program wrote meanwhile.
  package func change(
    _ edits: [FieldEdit], renames: [RenameEdit] = [], to manifest: Manifest, isNew: Bool = false,
    ifMoved fits: @escaping @Sendable (Manifest) -> Bool = { _ in true }
  ) throws -> FileChange {
    let edit = ManifestEdit(manifest: manifest, fields: edits, renames: renames)
    let after = try edited(edits, renames, manifest)
    return FileChange(manifest.file, from: isNew ? nil : manifest.bytes, to: after) { present in
      guard let present else { return nil }
      let (yaml, faults) = YAMLFile.parse(present, file: manifest.file)
      let moved = Manifest(
        yaml, parseFaults: faults, catalog: catalog, environment: manifest.environment, over: base)
      guard !faults.hasErrors, fits(moved), let again = edit.rebased(onto: moved) else {
        return nil
      }
      return try? edited(again.fields, again.renames, moved)
    }
  }

  /// The manifest's bytes with all edits made.
  private func edited(
    _ edits: [FieldEdit], _ renames: [RenameEdit], _ manifest: Manifest
  ) throws -> [UInt8] {
    let yaml = manifest.yaml()
    let after = yaml.applying(
      try edits.map { try edit($0, yaml) } + renames.flatMap { try self.edits($0, yaml) })
    let old = ScalarsByPath(yaml)
    let wanted = renames.reduce(
      into: Dictionary(edits.map { ($0.path, $0.text) }) { $1 }
    ) { wanted, rename in
      wanted.merge(rename.texts) { $1 }
    }
    try check(wanted, before: old, after: after, file: manifest.file)
    return after
  }

  private func edits(_ rename: RenameEdit, _ yaml: YAMLFile) throws -> [YAMLEdit] {
    guard let metadata = yaml.root(of: rename.document)?["metadata"], metadata.aliasOf == nil,
      let name = metadata["name"]
    else {
      throw Diagnostic.sharedValue(yaml.file)
    }
    let edit = yaml.replacing(name, with: .text(rename.name.rawValue))
    guard let last = rename.formerNames.first else { return [edit] }
    let value: YAMLNewValue =
      rename.formerNames.count == 1
      ? .text(last.rawValue) : .list(rename.formerNames.map(\.rawValue))
    if let present = metadata["renamedFrom"] {
      return [edit, yaml.replacing(present, with: value)]
    }
    return [edit, yaml.inserting("renamedFrom", value, into: metadata)]
  }

  private func edit(_ edit: FieldEdit, _ yaml: YAMLFile) throws -> YAMLEdit {
    let document = edit.document
    guard let spec = yaml.root(of: document)?["spec"] else {
      preconditionFailure("a document that was read has a spec")
    }
    let present = spec["setup"]
    if document.hasSetup, let setup = present {
      if document.slot(edit.field) != nil, let value = setup[edit.field.rawValue] {
        return yaml.replacing(value, with: .text(edit.text))
      }
      guard setup.aliasOf == nil else { throw Diagnostic.aliasedSetup(document, yaml.file) }
      return yaml.inserting(edit.field.rawValue, .text(edit.text), into: setup)
    }
    guard let type = document.setupType(with: edit.field) else {
      throw Diagnostic.noSetupType(document)
    }
    // An overlay of a base's setup need not repeat its type.
    let setup = YAMLNewValue.mapping(
      (document.liesOverSetup ? [] : [YAMLNewEntry("type", type.rawValue)])
        + [YAMLNewEntry(edit.field.rawValue, edit.text)])
    if let present { return yaml.replacing(present, with: setup) }
    return yaml.inserting("setup", setup, into: spec)
  }

  /// Checks that the file reads the same except for the edited values: an anchor on an edited value
  /// can carry the change elsewhere.
  private func check(
    _ wanted: [String: String], before old: ScalarsByPath, after: [UInt8], file: String
  ) throws {
    let (again, faults) = YAMLFile.parse(after, file: file)
    let new = ScalarsByPath(again)
    let isRight = faults.isEmpty && wanted.allSatisfy { path, text in new.texts[path] == text }
    let strays = new.texts.filter { path, text in
      wanted[path] == nil && old.texts[path] != text && !path.hasSuffix("/spec/setup/type")
    }
    guard isRight, strays.isEmpty else { throw Diagnostic.sharedValue(file) }
  }
}

/// The scalars of a file by their paths.
private struct ScalarsByPath {
  private(set) var texts: [String: String] = [:]

  init(_ yaml: YAMLFile) {
    for (index, root) in yaml.documents.compactMap(\.root).enumerated() {
      collect(root, "\(index)")
    }
  }

  private mutating func collect(_ node: YAMLNode, _ path: String) {
    switch node.content {
    case .scalar(let scalar): texts[path] = scalar.text
    case .sequence(let items):
      for (index, item) in items.enumerated() { collect(item, "\(path)/\(index)") }
    case .mapping(let entries):
      for entry in entries { collect(entry.value, "\(path)/\(entry.keyText)") }
    }
  }
}

extension Diagnostic {
  fileprivate static func sharedValue(_ file: String) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "the value is shared through an anchor and cannot be changed separately",
      at: .file(file), notes: ["nothing was changed"],
      help: ["replace the alias with the value, then try again"])
  }

  fileprivate static func aliasedSetup(
    _ document: ManifestDocument, _ file: String
  ) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "the setup of `\(document.name)` is an alias",
      at: document.origin.setupLocation,
      notes: ["a sealed value opens in one field only, so two connections cannot share it"],
      help: ["replace the alias with the setup"])
  }

  fileprivate static func noSetupType(_ document: ManifestDocument) -> Diagnostic {
    Diagnostic(
      .unknownField, "no setup of its app has this field", at: document.origin.nameLocation,
      help: ["add `setup: {type: …}` to its manifest first"])
  }
}
