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
    base = contents.baseDocuments
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
    try change(
      by: ManifestEdit(manifest: manifest, fields: edits, renames: renames), isNew: isNew,
      ifMoved: fits)
  }

  /// As above.
  func change(
    by edit: ManifestEdit, isNew: Bool = false,
    ifMoved fits: @escaping @Sendable (Manifest) -> Bool = { _ in true }
  ) throws -> FileChange {
    let manifest = edit.manifest
    let after = try edited(edit)
    return FileChange(manifest.file, from: isNew ? nil : manifest.bytes, to: after) { present in
      guard let present else { return nil }
      let (yaml, faults) = YAMLFile.parse(present, file: manifest.file)
      let moved = Manifest(
        yaml, parseFaults: faults, catalog: catalog, environment: manifest.environment, over: base)
      guard !faults.hasErrors, fits(moved), let again = edit.rebased(onto: moved) else {
        return nil
      }
      return try? edited(again)
    }
  }

  /// The manifest's bytes with all edits made.
  private func edited(_ edit: ManifestEdit) throws -> [UInt8] {
    let yaml = edit.manifest.yaml()
    return try yaml.applying(
      try changes(edit.fields, yaml) + edit.renames.flatMap { try changes($0, yaml) }
        + edit.metadata.compactMap { try change($0, yaml) })
  }

  /// `nil` if there is nothing to remove.
  private func change(_ edit: MetadataEdit, _ yaml: YAMLFile) throws -> YAMLChange? {
    let key = edit.part.rawValue
    let metadata = try metadata(of: edit.document, yaml)
    guard let present = metadata.entry(key), !present.value.isNull else {
      guard let text = edit.text else { return nil }
      let value = YAMLNewValue.mapping([YAMLNewEntry(edit.key, text)])
      let empty = metadata.entry(key)
      return empty.map { yaml.replacing($0.value, of: $0.key, with: value) }
        ?? yaml.inserting(key, value, into: metadata)
    }
    guard present.value.aliasOf == nil, let entries = present.value.entries else {
      throw Diagnostic.alias(
        "metadata.\(key)", of: edit.document, at: present.value.range, yaml.file)
    }
    let entry = present.value.entry(edit.key)
    switch (entry, edit.text) {
    case (let entry?, let text?):
      return yaml.replacing(entry.value, of: entry.key, with: .text(text))
    case (nil, let text?): return yaml.inserting(edit.key, .text(text), into: present.value)
    case (_?, nil):
      return entries.count > 1
        ? yaml.removingEntry(edit.key, of: present.value) : yaml.removingEntry(key, of: metadata)
    case (nil, nil): return nil
    }
  }

  private func metadata(of document: ManifestDocument, _ yaml: YAMLFile) throws -> YAMLNode {
    guard let metadata = yaml.root(of: document)?["metadata"] else {
      preconditionFailure("a document that was read has metadata")
    }
    guard metadata.aliasOf == nil else {
      throw Diagnostic.alias("metadata", of: document, at: metadata.range, yaml.file)
    }
    return metadata
  }

  private func changes(_ rename: RenameEdit, _ yaml: YAMLFile) throws -> [YAMLChange] {
    let metadata = try metadata(of: rename.document, yaml)
    guard let name = metadata.entry("name") else {
      preconditionFailure("a document that was read has a name")
    }
    let change = yaml.replacing(name.value, of: name.key, with: .text(rename.name.rawValue))
    guard let last = rename.formerNames.first else { return [change] }
    let value: YAMLNewValue =
      rename.formerNames.count == 1
      ? .text(last.rawValue) : .list(rename.formerNames.map(\.rawValue))
    if let present = metadata.entry("renamedFrom") {
      return [change, yaml.replacing(present.value, of: present.key, with: value)]
    }
    return [change, yaml.inserting("renamedFrom", value, into: metadata)]
  }

  /// A setup that is new holds all fields of its document that are edited.
  private func changes(_ edits: [FieldEdit], _ yaml: YAMLFile) throws -> [YAMLChange] {
    let new = Dictionary(grouping: edits.filter { !$0.document.hasSetup }, by: \.document.index)
    return try edits.filter(\.document.hasSetup).map { try change([$0], in: $0.document, yaml) }
      + new.sorted { $0.key < $1.key }.compactMap { _, edits in
        try edits.first.map { try change(edits, in: $0.document, yaml) }
      }
  }

  private func change(
    _ edits: [FieldEdit], in document: ManifestDocument, _ yaml: YAMLFile
  ) throws -> YAMLChange {
    guard let edit = edits.first else { preconditionFailure("a change has an edit") }
    guard let spec = yaml.root(of: document)?["spec"] else {
      preconditionFailure("a document that was read has a spec")
    }
    guard spec.aliasOf == nil else {
      throw Diagnostic.alias("spec", of: document, at: spec.range, yaml.file)
    }
    guard spec.entries != nil, !document.hasUnreadSetup else {
      throw Diagnostic.unreadSetup(of: document, at: spec.range, yaml.file)
    }
    let present = spec.entry("setup")
    if document.hasSetup, let setup = present?.value {
      guard setup.aliasOf == nil else {
        throw Diagnostic.alias("spec.setup", of: document, at: setup.range, yaml.file)
      }
      if document.slot(edit.field) != nil, let entry = setup.entry(edit.field.rawValue) {
        return yaml.replacing(entry.value, of: entry.key, with: .text(edit.text))
      }
      return yaml.inserting(edit.field.rawValue, .text(edit.text), into: setup)
    }
    guard let type = edit.setupType ?? document.setupType(with: edit.field) else {
      throw Diagnostic.noSetupType(document)
    }
    // An overlay of a base's setup need not repeat its type.
    let setup = YAMLNewValue.mapping(
      (document.liesOverSetup ? [] : [YAMLNewEntry("type", type.rawValue)])
        + edits.map { YAMLNewEntry($0.field.rawValue, $0.text) })
    if let present { return yaml.replacing(present.value, of: present.key, with: setup) }
    return yaml.inserting("setup", setup, into: spec)
  }
}

extension Diagnostic {
  fileprivate static func alias(
    _ path: String, of document: ManifestDocument, at range: SourceRange, _ file: String
  ) -> Diagnostic {
    Diagnostic(
      .sharedValue, "`\(path)` of `\(document.name)` is an alias",
      at: .source(file: file, range: range),
      notes: [
        "a sealed value opens in one field only, so two connections cannot share it",
        "nothing was changed",
      ], help: ["replace the alias with a value of its own, then try again"])
  }

  /// What it holds would be lost.
  fileprivate static func unreadSetup(
    of document: ManifestDocument, at range: SourceRange, _ file: String
  ) -> Diagnostic {
    Diagnostic(
      .valueNotEditable, "the setup of `\(document.name)` cannot be read",
      at: .source(file: file, range: range), notes: ["nothing was changed"],
      help: ["see what is wrong with it: vaultctl validate"])
  }

  fileprivate static func noSetupType(_ document: ManifestDocument) -> Diagnostic {
    Diagnostic(
      .unknownField, "no setup of its app has this field", at: document.origin.nameLocation,
      help: ["add `setup: {type: …}` to its manifest first"])
  }
}
