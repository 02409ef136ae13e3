import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import Secrets

struct DecryptCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt", abstract: "Decrypt a connection's sealed values.",
    discussion: """
      With a field, prints the bare value, byte for byte. Without one, prints every sealed field \
      as a line of YAML.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String
  @Argument(help: "Field (default: all sealed fields).") var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    PrivateFolder.removeLeftovers()
    let workspace = try Workspace.load(global)
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
    let values = await sealer.open(
      slots.compactMap { document, slot in document.sealedField(slot) })
    let faults = values.compactMap { result in
      if case .failure(let fault) = result { fault } else { nil }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    for ((_, slot), result) in zip(slots, values) {
      let value = try result.get()
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
}

extension [ManifestDocument] {
  /// The effective fields: those of the overlay, then those of the base that it does not override.
  fileprivate var effectiveSlots: [(document: ManifestDocument, slot: FieldSlot)] {
    var seen: Set<FieldName> = []
    return flatMap { document in
      document.slots.filter { seen.insert($0.field).inserted }.map { (document, $0) }
    }
  }
}
