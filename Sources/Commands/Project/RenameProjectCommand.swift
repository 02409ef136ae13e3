import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model
import OpenPGP
import Secrets
import SourceYAML
import Stores

struct RenameProjectCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rename-project",
    abstract: "Rename the project, and seal everything again for its new name.",
    discussion: """
      Values and the store's own key are sealed for the project's name, and open under no other. This \
      writes the new name into the project file and seals them again, in all environments and stores, which \
      needs keys that can decrypt them. It also works if the file already has the new name. Running it again \
      is harmless.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name that the values are sealed for.") var name: String
  @Argument(help: "New name.") var newName: String

  @OptionGroup var writing: WriteOptions

  /// 1. Every value is opened under the previous name, or is already sealed for the new one.
  /// 2. So is every store's key, so that nothing is written if one of them cannot be.
  /// 3. The values are sealed for the new name, and the files written.
  /// 4. The stores' keys are sealed again, each even if another one's cannot be.
  func carryOut(_ console: Console) async throws -> Outcome {
    guard global.environmentOption == nil else {
      throw ValidationError("--env cannot be used with rename-project")
    }
    // Whatever VAULTCTL_ENV chooses: the name is that of all environments.
    let workspace = try Workspace.load(global, environment: nil)
    try workspace.requireReadable(workspace.contents.manifests)
    let file = try ProjectFileName(workspace, from: name, to: newName)
    let renamed = workspace.renamed(to: newName)
    let keyring = Keyring.standard(renamed.project, console: console)
    let sealed = try await resealed(renamed, keyring)
    let sessions = try renamed.withStores.map {
      try SessionFactory(console: console, previousProjectName: name).session(for: $0)
    }
    for session in sessions {
      try await session.mappingStoreErrors { () async throws(StoreError) in
        _ = try await session.store.key?.present()
      }
    }
    let nameChange = file.change
    try workspace.write(changes(sealed, workspace) + (nameChange.map { [$0] } ?? []), console)
    for (manifest, edit) in sealed {
      console.done("\(manifest.file): sealed `\(edit.field)` of `\(edit.document.name)` again")
    }
    if nameChange != nil {
      console.done("\(Project.fileName): `\(name)` is now `\(newName)`")
      if !isDryRun { try keepApproval(of: workspace) }
    }
    try await sealKeys(of: sessions, isBegun: nameChange != nil || !sealed.isEmpty, console)
    return .fine
  }

  private func keepApproval(of workspace: Workspace) throws {
    do {
      try Workspace.load(global, environment: nil)
        .keepApproval(of: workspace.contents.settings)
    } catch {
      throw Failure(error, outcome: .partly)
    }
  }

  /// - Parameter isBegun: files were changed already.
  private func sealKeys(
    of sessions: [Session], isBegun: Bool, _ console: Console
  ) async throws {
    var isBegun = isBegun
    var faults: [Diagnostic] = []
    for session in sessions {
      do {
        if try await sealKey(of: session, console) { isBegun = true }
      } catch {
        let failure = Failure(error, outcome: .partly)
        faults += failure.diagnostics
        if failure.diagnostics.contains(where: { $0.code == .interrupted }) { break }
      }
    }
    if faults.isEmpty { return }
    var failure = Failure(faults)
    if isBegun, !isDryRun {
      failure.outcome = .partly
      console.note(
        "Not all is sealed for the new name yet. Run this again: vaultctl rename-project"
          + " \(shellWord(name)) \(shellWord(newName))")
    }
    throw failure
  }

  /// - Returns: whether the store has a key.
  private func sealKey(of session: Session, _ console: Console) async throws -> Bool {
    guard let key = session.store.key else { return false }
    let exists = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await key.sealed() != nil
    }
    if !exists { return false }
    if !isDryRun { try await session.sealStoreKeyAgain(console) }
    console.done("\(session.store.description.location): sealed the store's key again")
    return true
  }

  private typealias Edits = [(manifest: Manifest, edit: FieldEdit)]

  /// The values that are still sealed for the previous name, sealed for the new one.
  private func resealed(_ workspace: Workspace, _ keyring: Keyring) async throws -> Edits {
    let slots = workspace.contents.manifests.flatMap { manifest in
      manifest.documents.flatMap { document in
        document.slots.compactMap(document.sealedField).map { (manifest, document, $0) }
      }
    }
    let sealer = FieldSealer(keyring: keyring)
    let previous = await FieldSealer(keyring: keyring, previousProjectName: name)
      .open(slots.map(\.2))
    let moved = slots.indices.filter { index in
      if case .failure(let fault) = previous[index] {
        fault.code == .bindingMismatch
      } else {
        false
      }
    }
    let present = Dictionary(
      uniqueKeysWithValues: zip(moved, await sealer.open(moved.map { slots[$0].2 })))
    var faults: [Diagnostic] = []
    var found: [(slot: Int, field: UnsealedField)] = []
    for (index, (manifest, _, field)) in slots.enumerated() {
      switch (previous[index], present[index]) {
      case (.success(let value), _):
        found.append(
          (
            index,
            UnsealedField(
              address: field.address, value: value, file: manifest.file, location: field.location)
          ))
      case (.failure, .success): continue
      case (.failure(let fault), _): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    let sealed = try await sealer.seal(
      found.map(\.field), sharing: workspace.presentSessionKeys)
    return zip(found, sealed).map { found, text in
      let (manifest, document, field) = slots[found.slot]
      return (manifest, FieldEdit(document: document, field: field.address.field, text: text))
    }
  }

  private func changes(_ sealed: Edits, _ workspace: Workspace) throws -> [FileChange] {
    let editor = workspace.editor
    let byFile = Dictionary(grouping: sealed) { $0.manifest.file }
    return try byFile.sorted(by: { $0.key < $1.key }).compactMap { _, here in
      try here.first.map { try editor.change(here.map(\.edit), to: $0.manifest) }
    }
  }
}

/// The name in the project file, before and after.
private struct ProjectFileName {
  /// `nil` if the file has the new name already.
  let change: FileChange?

  /// - Throws: if the project has neither name, or the new one cannot be a project's.
  init(_ workspace: Workspace, from old: String, to new: String) throws {
    let present = workspace.project.name
    guard old != new else { throw ValidationError("the new name is the previous one") }
    guard present == old || present == new else {
      throw ValidationError("the project is named `\(present)`, neither `\(old)` nor `\(new)`")
    }
    let bytes = workspace.contents.projectFile
    let (yaml, _) = YAMLFile.parse(bytes, file: Project.fileName)
    guard let node = yaml.documents.first?.root?["name"] else {
      preconditionFailure("a project file that was read has a name")
    }
    let changed = try yaml.applying([yaml.replacing(node, with: .text(new))])
    let (again, faults) = YAMLFile.parse(changed, file: Project.fileName)
    let read = Project.read(again, parseFaults: faults)
    guard read.project?.name == new else {
      throw Failure(read.diagnostics.isEmpty ? [.nameNotWritten(new)] : read.diagnostics)
    }
    change =
      node.scalar?.text == new ? nil : FileChange(Project.fileName, from: bytes, to: changed)
  }
}

extension Diagnostic {
  fileprivate static func nameNotWritten(_ name: String) -> Diagnostic {
    Diagnostic(
      .invalidProjectName, "the name could not be written to \(Project.fileName)",
      at: .file(Project.fileName), help: ["change it to `name: \(name)`, and run this again"])
  }
}
