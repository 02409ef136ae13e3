import Diagnostics
import Encodings
import Model
import SourceYAML

/// What a document has under `metadata`.
struct ParsedMetadata {
  var name: ConnectionName?
  var nameRange: SourceRange
  var formerNames: [ConnectionName] = []
  var labels = ConnectionLayer.Part<[String: String?]>.unspecified
  var annotations = ConnectionLayer.Part<[String: String?]>.unspecified
}

extension NodeReader {
  private static let metadataKeys = ["name", "renamedFrom", "labels", "annotations"]

  mutating func readMetadata(_ entries: [YAMLEntry], of root: YAMLNode) -> ParsedMetadata? {
    guard let node = entries.value("metadata") else {
      report(.missingKey("metadata", in: "", of: root, example: "metadata: {name: …}", file: file))
      return nil
    }
    guard let entries = mapping(node, "metadata", keys: Self.metadataKeys)
    else { return nil }

    var metadata = ParsedMetadata(nameRange: node.range)
    if let value = entries.value("name") {
      metadata.nameRange = value.range
      metadata.name = readName(value)
    } else {
      report(
        .missingKey("name", in: "metadata", of: node, example: "name: …", file: file))
    }
    metadata.formerNames = readFormerNames(entries)
    metadata.labels = readTexts(entries, "labels") { key, text in
      key.isLabelKey && text.isLabelValue
    }
    metadata.annotations = readTexts(entries, "annotations") { _, _ in true }
    return metadata
  }

  /// One name, or a list of them.
  private mutating func readFormerNames(_ metadata: [YAMLEntry]) -> [ConnectionName] {
    guard let node = metadata.given("renamedFrom") else { return [] }
    return (node.items ?? [node]).compactMap { readName($0, "metadata.renamedFrom") }
  }

  private mutating func readName(
    _ node: YAMLNode, _ path: String = "metadata.name"
  ) -> ConnectionName? {
    guard let text = text(node, path) else { return nil }
    guard let name = ConnectionName(text) else {
      report(.invalidName(at: location(node)))
      return nil
    }
    return name
  }

  private mutating func readTexts(
    _ metadata: [YAMLEntry], _ key: String, isValid: (String, String) -> Bool
  ) -> ConnectionLayer.Part<[String: String?]> {
    let path = "metadata.\(key)"
    guard let node = metadata.value(key) else { return .unspecified }
    if node.isNull { return .removed }
    guard let entries = anyMapping(node, path) else { return .unspecified }
    var texts: [String: String?] = [:]
    for entry in entries {
      if entry.value.isNull, isOverlay {
        texts[entry.keyText] = .some(nil)
        continue
      }
      guard let text = string(entry.value, "\(path).*") else { continue }
      if isValid(entry.keyText, text) {
        texts[entry.keyText] = text
      } else {
        report(.invalidLabel(at: location(entry.key)))
      }
    }
    return .given(texts)
  }
}

extension String {
  var isLabelKey: Bool {
    (1...63).contains(utf8.count)
      && utf8.allSatisfy { $0.isASCIIAlphanumeric || "._/-".utf8.contains($0) }
  }

  var isLabelValue: Bool { unicodeScalars.count <= 255 }
}

extension Diagnostic {
  fileprivate static func invalidName(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidName, "invalid connection name", at: location,
      notes: [
        "a name has 1 to \(ConnectionName.maxLength) characters, without control characters"
          + " and without spaces at either end; `.` and `..` are none"
      ])
  }

  fileprivate static func invalidLabel(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidLabel, "invalid label", at: location,
      notes: [
        "a label key has 1 to 63 letters, digits, `.`, `_`, `/` or `-`;"
          + " a label value has at most 255 characters"
      ])
  }
}
