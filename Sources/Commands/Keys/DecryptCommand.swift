import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import Secrets

struct DecryptCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt", abstract: "Show a connection's sealed values in clear.",
    discussion: """
      With a field: the value alone, byte for byte. Without one: every sealed field as a line of \
      YAML.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String
  @Argument(help: "One field (default: all that are sealed).") var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let layers = try workspace.documents(name).map(\.document)
    guard let document = layers.first else { return .failed }
    let sealing = FieldSealer(keyring: .standard(workspace.project, console: console))
    let slots = layers.effectiveSlots.filter {
      $0.slot.sealed != nil && (field == nil || $0.slot.field.rawValue == field)
    }
    if let field, slots.isEmpty {
      try document.requireField(FieldName(field))
      throw Failure(
        Diagnostic(
          .unknownField, "`\(field)` of `\(name)` holds no sealed value",
          at: document.origin.setupLocation))
    }
    let values = await sealing.open(
      slots.compactMap { document, slot in
        slot.sealed.map {
          (FieldAddress(document.name, slot.field), $0, document.origin.location(of: slot.field))
        }
      })
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
  /// The fields that count, of documents that lie over one another, the uppermost first.
  fileprivate var effectiveSlots: [(document: ManifestDocument, slot: FieldSlot)] {
    var seen: Set<FieldName> = []
    return flatMap { document in
      document.slots.filter { seen.insert($0.field).inserted }.map { (document, $0) }
    }
  }
}

extension SecretBytes {
  /// In double quotes, as YAML and JSON read them. What is not UTF-8 stays as it is.
  fileprivate func quotedForYAML() -> SecretBytes {
    SecretBytes(capacity: count * 4 + 2) { target in
      var written = 0
      func put(_ bytes: StaticString, _ target: inout MutableSpan<UInt8>) {
        bytes.withUTF8Buffer { buffer in
          for index in buffer.indices {
            target[written] = unsafe buffer[index]
            written += 1
          }
        }
      }
      put("\"", &target)
      withBytes { span in
        for index in span.indices {
          switch span[index] {
          case 0x22: put("\\\"", &target)
          case 0x5C: put("\\\\", &target)
          case 0x0A: put("\\n", &target)
          case 0x0D: put("\\r", &target)
          case 0x09: put("\\t", &target)
          case 0..<0x20, 0x7F:
            put("\\x", &target)
            for digit in [span[index] >> 4, span[index] & 15] {
              target[written] = digit + (digit < 10 ? 48 : 55)
              written += 1
            }
          default:
            target[written] = span[index]
            written += 1
          }
        }
      }
      put("\"", &target)
      return written
    }
  }
}
