import Diagnostics
package import Manifests
import Model
import SourceYAML

/// Writes values into manifests and changes no other byte.
package struct ManifestEditor {
  private let files: ProjectFiles

  package init(files: ProjectFiles) { self.files = files }

  /// Writes all edits of one manifest, or none.
  package func write(
    _ edits: [FieldEdit], renames: [RenameEdit] = [], to manifest: Manifest
  ) throws {
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
    try files.replace(manifest.file, with: after)
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
