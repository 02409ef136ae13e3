import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets

struct RekeyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rekey",
    abstract: "Seal values again whose recipients changed, and leave all others as they are.",
    discussion: """
      A removed recipient may still know a value, so rekey lists the values that should be \
      rotated. The store's own key follows with the next apply, whose plan shows it.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Manifests (default: all in the project).", completion: .file())
  var files: [String] = []

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let keyring = Keyring.standard(workspace.project, console: console)
    let sealer = FieldSealer(keyring: keyring)
    let chosen = Set(try workspace.manifests(files).map(\.file))
    let differences = try await RecipientCheck(workspace: workspace, keyring: keyring)
      .differences(in: chosen)
    let values = await sealer.open(
      differences.map {
        LocatedSealedField(
          address: FieldAddress($0.document.name, $0.slot.field), message: $0.message,
          location: $0.document.origin.location(of: $0.slot.field))
      })
    var fields: [UnsealedField] = []
    var faults: [Diagnostic] = []
    for (difference, result) in zip(differences, values) {
      switch result {
      case .success(let value):
        fields.append(
          UnsealedField(
            address: FieldAddress(difference.document.name, difference.slot.field), value: value,
            file: difference.manifest.file,
            location: difference.document.origin.location(of: difference.slot.field)))
      case .failure(let fault): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    // A removed recipient may know the current session keys.
    let sealed = try await sealer.seal(fields, sharing: .new)
    try write(Array(zip(differences, sealed)), workspace, console)
    console.report(differences.compactMap(\.formerRecipient))
    return .fine
  }

  private func write(
    _ sealed: [(difference: RecipientCheck.Difference, text: String)], _ workspace: Workspace,
    _ console: Console
  ) throws {
    if sealed.isEmpty { console.result("All values are sealed for their recipients.\n") }
    let editor = ManifestEditor(files: workspace.files)
    let byFile = Dictionary(grouping: sealed) { $0.difference.manifest.file }
    for manifest in workspace.manifests {
      guard let here = byFile[manifest.file] else { continue }
      let edits = here.map {
        FieldEdit(
          document: $0.difference.document, field: $0.difference.slot.field, text: $0.text)
      }
      try editor.write(edits, to: manifest)
      for edit in edits {
        console.result(
          "\(manifest.file): sealed `\(edit.field)` of `\(edit.document.name)` again\n")
      }
    }
  }
}

extension RecipientCheck.Difference {
  fileprivate var formerRecipient: Diagnostic? {
    if former.isEmpty { return nil }
    return Diagnostic(
      .formerRecipient, "`\(slot.field)` of `\(document.name)` should be rotated",
      severity: .warning, at: document.origin.location(of: slot.field),
      notes: [
        "it was previously sealed for \(former.joined(separator: ", ")), who may know the value"
      ],
      help: [
        "create a new credential at the service, then: vaultctl set \(document.name) \(slot.field)"
      ])
  }
}
