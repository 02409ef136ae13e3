import Diagnostics
import FileChanges
import Manifests
import Model
import Secrets
import SourceYAML

extension PageWriter {
  /// - Parameter isPreview: the secrets will follow; random texts are sealed in their places.
  func planned(_ draft: ConnectionDraft, isPreview: Bool) async throws -> PlannedChange {
    let workspace = try workspace(draft.environment)
    try workspace.requireAllFiles()
    var change = try draft.manifest(in: workspace)
    if isPreview, !draft.secrets.isEmpty {
      let fields = draft.secrets.map { field in
        UnsealedField(
          address: FieldAddress(draft.name, field), value: ValuesDraft.standIn(),
          file: change.file, location: nil)
      }
      let messages = try await sealer(workspace).seal(fields, sharing: workspace.presentSessionKeys)
      change = try draft.manifest(
        in: workspace, sealed: Dictionary(zip(draft.secrets, messages)) { $1 })
    }
    return PlannedChange(
      workspace: workspace, changes: [change],
      title: "Add \(draft.name)", names: [draft.name.rawValue])
  }

  func planned(_ draft: ValuesDraft) async throws -> PlannedChange {
    let workspace = try workspace(draft.target.environment)
    let top = try workspace.editableDocuments(draft.target.name)[0]
    try draft.target.requireSeen(in: workspace)
    if draft.values.isEmpty { throw Failure(.noValue) }
    for field in draft.values.keys.sorted() {
      try top.document.requireField(field, of: draft.setup)
    }
    let setter = FieldSetter(
      workspace: workspace, sealer: sealer(workspace), allowsPlaceholder: false,
      setupType: draft.setup, standIns: draft.standIns)
    let change = try await setter.planned(draft.values, in: top).change
    return PlannedChange(
      workspace: workspace, changes: [change], title: draft.title, names: [draft.target.name])
  }

  func planned(_ edit: PageEdit) async throws -> PlannedChange {
    let target = edit.target
    switch edit.action {
    case .rename(let new):
      let workspace = try everywhere(target)
      let changes = try await ConnectionRenamer(
        workspace: workspace, console: console, name: target.name, newName: new
      ).changes()
      return PlannedChange(
        workspace: workspace, changes: changes, title: edit.title,
        names: [target.name, new.rawValue])
    case .delete:
      let workspace = try everywhere(target)
      let removals = try ConnectionRemover(
        workspace: workspace, name: target.name, requiresCommit: true
      ).removals()
      return PlannedChange(
        workspace: workspace, changes: removals.map(\.change), title: edit.title,
        names: [target.name], prunes: true)
    case .metadata(let part, let key, let text):
      let (workspace, top) = try top(target)
      if text == nil, workspace.inherits(part, key, top) {
        throw Failure(.inherited(key, top.document))
      }
      let (editable, isNew) = try workspace.editableDocument(top, hasSetup: false)
      let change = try workspace.editor.change(
        by: ManifestEdit(
          manifest: editable.manifest, fields: [],
          metadata: [MetadataEdit(document: editable.document, part: part, key: key, text: text)]),
        isNew: isNew)
      return PlannedChange(
        workspace: workspace, changes: [change], title: edit.title, names: [target.name])
    }
  }

  private func sealer(_ workspace: Workspace) -> FieldSealer {
    FieldSealer(keyring: .standard(workspace.project, console: console))
  }

  private func top(_ target: PageTarget) throws -> (Workspace, LocatedDocument) {
    let workspace = try workspace(target.environment)
    try workspace.requireAllFiles()
    let top = try workspace.documents(target.name)[0]
    try target.requireSeen(in: workspace)
    return (workspace, top)
  }

  /// A name is changed in the base and in all environments.
  private func everywhere(_ target: PageTarget) throws -> Workspace {
    let chosen = try workspace(target.environment)
    _ = try chosen.documents(target.name)
    try target.requireSeen(in: chosen)
    return chosen.withoutEnvironment
  }

  private func workspace(_ environment: String?) throws -> Workspace {
    let shown = try Workspace.load(global, acceptsAll: true).shown(global)
    guard let found = shown.first(where: { $0.environment?.name == environment }) else {
      throw Failure(.unknownEnvironment(environment ?? "", shown[0].project))
    }
    return found
  }
}

extension Workspace {
  /// Whether a label or annotation is the base's, which an environment's document can only replace.
  fileprivate func inherits(
    _ part: MetadataEdit.Part, _ key: String, _ top: LocatedDocument
  ) -> Bool {
    environment != nil
      && (top.manifest.environment == nil
        || top.manifest.yaml().root(of: top.document)?["metadata"]?[part.rawValue]?[key] == nil)
  }
}

extension Diagnostic {
  fileprivate static var noValue: Diagnostic {
    Diagnostic(.tooShort, "no value was given", notes: ["nothing was written"])
  }

  fileprivate static func inherited(_ key: String, _ document: ManifestDocument) -> Diagnostic {
    Diagnostic(
      .invalidLabel, "`\(key)` of `\(document.name)` is the base's, for all environments",
      at: document.origin.nameLocation, notes: ["nothing was written"],
      help: ["remove it in the base's manifest"])
  }
}
