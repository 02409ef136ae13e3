import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import Secrets

struct DecryptCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt", abstract: "Decrypt a connection's sealed values, or a manifest.",
    discussion: """
      With a field, prints the bare value, byte for byte. Without one, prints every sealed field \
      as a line of YAML. A file is printed as it is, with its sealed values opened in place.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: ArgumentHelp("Connection, or the file of a manifest.", valueName: "name-or-file"),
    completion: .connections)
  var name: String
  @Argument(help: "Field (default: all sealed fields).", completion: .fields)
  var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    PrivateFolder.removeLeftovers()
    let workspace = try Workspace.load(global)
    if field == nil, let manifest = try manifest(in: workspace) {
      try await show(manifest, workspace, console)
      return .fine
    }
    let located = try workspace.documents(name)
    let layers = located.map(\.document)
    if field == nil { try workspace.requireReadable(located.map(\.manifest)) }
    guard let document = layers.first else { return .failed }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let slots = layers.effectiveSlots.filter {
      $0.slot.sealed != nil && (field == nil || $0.slot.field.rawValue == field)
    }
    if let field, slots.isEmpty {
      try document.requireField(FieldName(field))
      throw Failure(
        Diagnostic(
          .unknownField, "`\(field)` of `\(name)` is not sealed",
          at: document.origin.setupLocation))
    }
    let values = try await sealer.opened(
      slots.compactMap { document, slot in document.sealedField(slot) },
      sources: workspace.sources)
    for ((_, slot), value) in zip(slots, values) {
      guard field == nil else {
        console.result(value)
        continue
      }
      console.result(MachineText(yamlKey: slot.field.rawValue))
      console.result(": ")
      console.result(value.quotedForYAML())
      console.result("\n")
    }
    return .fine
  }

  /// The manifest that is named; `nil` for a connection, which wins over a file of its name.
  private func manifest(in workspace: Workspace) throws -> Manifest? {
    let isDeclared = workspace.contents.manifests.flatMap(\.documents).contains {
      $0.name.rawValue == name
    }
    if isDeclared || !name.contains(where: { "/.".contains($0) }) { return nil }
    // A name may have a dot, too, but a path is one.
    let found = Result { try workspace.manifests([name]).first }
    return name.contains("/") ? try found.get() : (try? found.get())
  }

  private func show(
    _ manifest: Manifest, _ workspace: Workspace, _ console: Console
  ) async throws {
    try workspace.requireReadable([manifest])
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let decrypted = try await DecryptedManifest(
      manifest, sealer, sources: workspace.sources)
    for part in decrypted.parts {
      switch part {
      case .text(let text): console.result(MachineText(manifest: text))
      case .value(let value): console.result(value)
      }
    }
  }
}
