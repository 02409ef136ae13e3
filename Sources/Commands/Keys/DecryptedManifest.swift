import Diagnostics
import Manifests
import Model
import Reports
import Secrets
import SourceYAML

/// A manifest as it is written, with its values opened in place.
///
/// Values never become text: the file is written with a mark for each, and cut at the marks.
struct DecryptedManifest {
  enum Part {
    case text(String)
    case value(SecretBytes)
  }

  let parts: [Part]

  /// - Throws: every value that cannot be opened.
  init(
    _ manifest: Manifest, _ sealer: FieldSealer, sources: [String: RedactedSource]
  ) async throws {
    let slots = manifest.documents.flatMap { document in
      document.slots.compactMap { slot in document.sealedField(slot).map { (document, $0) } }
    }
    let opened = try await sealer.opened(slots.map(\.1), sources: sources)
    let yaml = manifest.yaml()
    var values: [String: SecretBytes] = [:]
    let changes = zip(slots, opened).compactMap { slot, value -> YAMLChange? in
      let (document, field) = slot
      guard
        let entry = yaml.root(of: document)?["spec"]?["setup"]?.entry(
          field.address.field.rawValue)
      else { return nil }
      let mark = Self.newMark()
      values[mark] = value
      return yaml.replacing(entry.value, of: entry.key, with: .text(mark))
    }
    let text = String(decoding: try yaml.applying(changes), as: UTF8.self)
    parts = Self.cut(text, at: values)
  }

  private static let prefix = "vaultctlvalue"
  private static let digits = 16

  /// A word that YAML writes as it is, and that no file has.
  private static func newMark() -> String {
    let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return prefix + String(repeating: "0", count: digits - number.count) + number
  }

  private static func cut(_ text: String, at values: [String: SecretBytes]) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let start = rest.firstRange(of: prefix)?.lowerBound {
      let end =
        rest.index(
          start, offsetBy: prefix.count + digits, limitedBy: rest.endIndex) ?? rest.endIndex
      guard let value = values[String(rest[start..<end])] else {
        let next = rest.index(start, offsetBy: prefix.count)
        parts.append(.text(String(rest[..<next])))
        rest = rest[next...]
        continue
      }
      // The value has quotes of its own.
      var before = rest[..<start]
      var after = rest[end...]
      if let quote = before.last, "\"'".contains(quote), after.first == quote {
        before.removeLast()
        after.removeFirst()
      }
      parts.append(.text(String(before)))
      parts.append(.value(value.quotedForYAML()))
      rest = after
    }
    return parts + [.text(String(rest))]
  }
}
