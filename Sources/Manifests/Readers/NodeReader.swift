import Diagnostics
import Encodings
import Model
import SourceYAML

/// Reads the nodes of one file into typed values. Faults are collected with their locations and
/// reading continues, so that one run reports them all.
struct NodeReader {
  let file: String
  /// Whether the file belongs to an environment: there, `null` removes what the base gives.
  let isOverlay: Bool
  /// Entries of one mapping, or items of one list. What compares them with each other stays within
  /// bounds so, whatever a file has.
  static let maxItems = 1_000

  private var found = DiagnosticList()
  /// Offsets of the scalars that an excerpt may show: known to be no secret.
  private var shown: Set<Int> = []
  /// The locations of faults: what they cover is not shown, even if it was read before.
  private var refused: [Range<Int>] = []

  init(file: String, isOverlay: Bool = false) {
    self.file = file
    self.isOverlay = isOverlay
  }

  var errorCount: Int { found.errorCount }

  mutating func report(_ diagnostic: Diagnostic) {
    found.append(diagnostic)
    if let range = diagnostic.location?.range { refused.append(range.byteRange) }
  }

  /// Reports a word that is not one of those that are known.
  mutating func report(
    _ node: YAMLNode, known: @autoclosure () -> [String],
    _ diagnostic: (RefusedWord, Location) -> Diagnostic
  ) {
    let text = node.scalar?.text ?? ""
    let word = RefusedWord(text, known: found.isFull ? [] : known())
    found.append(diagnostic(word, location(node)))
    if word.isNear { show(node) } else { refused.append(node.range.byteRange) }
  }

  /// The parser's findings and ours, in reading order. If the parser has refused a value, ours at
  /// the same location would add nothing.
  func diagnostics(after parseFaults: [Diagnostic]) -> [Diagnostic] {
    let diagnostics = found.sorted(in: file)
    if parseFaults.isEmpty { return diagnostics }
    let refused = Set(parseFaults.compactMap { $0.location?.range?.start })
    let ours = diagnostics.filter { diagnostic in
      diagnostic.location?.range.map { !refused.contains($0.start) } ?? true
    }
    return (parseFaults + ours).sorted(by: Diagnostic.inReadingOrder)
  }

  func location(_ node: YAMLNode) -> Location { .source(file: file, range: node.range) }

  mutating func show(_ node: YAMLNode) { shown.insert(node.range.start.offset) }

  /// What an excerpt must not show: anchors, tags and aliases, keys that are not known, and every value
  /// that was not shown or in which there is a fault.
  ///
  /// - Parameter fields: keys that are known beside those of `keys`.
  func hiddenBytes(under roots: [YAMLNode], fields: Set<String> = []) -> [Range<Int>] {
    var ranges = refused
    for root in roots { collectHidden(under: root, fields, &ranges) }
    return ranges
  }

  private func collectHidden(
    under node: YAMLNode, _ fields: Set<String>, _ ranges: inout [Range<Int>]
  ) {
    if !node.propertyBytes.isEmpty { ranges.append(node.propertyBytes) }
    if node.aliasOf != nil { return ranges.append(node.range.byteRange) }
    switch node.content {
    case .scalar:
      if !shown.contains(node.range.start.offset) { ranges.append(node.range.byteRange) }
    case .sequence(let items): for item in items { collectHidden(under: item, fields, &ranges) }
    case .mapping(let entries):
      for entry in entries {
        if !Self.keys.contains(entry.keyText), !fields.contains(entry.keyText) {
          collectHidden(under: entry.key, fields, &ranges)
        }
        collectHidden(under: entry.value, fields, &ranges)
      }
    }
  }

  /// The entries of a mapping whose keys are all known.
  mutating func mapping(
    _ node: YAMLNode, _ path: String, keys: [String]
  ) -> [YAMLEntry]? {
    guard let entries = anyMapping(node, path) else { return nil }
    for entry in entries where !keys.contains(entry.keyText) {
      report(entry.key, known: keys) { .unknownKey($0, in: path, at: $1) }
    }
    return entries
  }

  /// The entries of a mapping with any keys.
  mutating func anyMapping(_ node: YAMLNode, _ path: String) -> [YAMLEntry]? {
    guard case .mapping(let entries) = node.content else {
      report(.wrongType(node, path, expected: "a mapping", file: file))
      return nil
    }
    return bounded(entries, "entries", of: node, path)
  }

  mutating func list(_ node: YAMLNode, _ path: String) -> [YAMLNode]? {
    guard case .sequence(let items) = node.content else {
      report(.wrongType(node, path, expected: "a list", file: file))
      return nil
    }
    return bounded(items, "items", of: node, path)
  }

  private mutating func bounded<Item>(
    _ items: [Item], _ name: String, of node: YAMLNode, _ path: String
  ) -> [Item]? {
    if items.count <= Self.maxItems { return items }
    report(.tooManyItems(path, Self.maxItems, name, at: location(node)))
    return nil
  }

  /// A text that an excerpt may show, unless there is a fault in it.
  mutating func text(_ node: YAMLNode, _ path: String) -> String? {
    let text = string(node, path)
    if text != nil { show(node) }
    return text
  }

  /// A text that may be anything.
  mutating func string(_ node: YAMLNode, _ path: String) -> String? {
    if case .scalar(let scalar) = node.content, scalar.resolved == .string { return scalar.text }
    report(.wrongType(node, path, expected: "a string", file: file))
    return nil
  }

  mutating func boolean(_ node: YAMLNode, _ path: String) -> Bool? {
    if case .scalar(let scalar) = node.content, case .bool(let value) = scalar.resolved {
      show(node)
      return value
    }
    report(.wrongType(node, path, expected: "`true` or `false`", file: file))
    return nil
  }

  mutating func wholeNumber(_ node: YAMLNode, _ path: String, _ limit: NumberLimit) -> Int? {
    guard case .scalar(let scalar) = node.content, scalar.resolved == .integer,
      scalar.text.utf8.allSatisfy({ $0.isASCIIDigit || "+-".utf8.contains($0) })
    else {
      report(.wrongType(node, path, expected: "an integer", file: file))
      return nil
    }
    show(node)
    // A number of more than 64 bits is out of every range.
    if let value = Int(scalar.text), limit.contains(value) { return value }
    report(.outOfRange(node, path, limit, file: file))
    return nil
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ path: String, code: DiagnosticCode = .notOneOf
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(node, path) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    report(node, known: Choice.allCases.map(\.rawValue)) { .notOneOf($0, path, code: code, at: $1) }
    return nil
  }

  /// `apiVersion` and `kind`, which every document begins with.
  mutating func header(of root: YAMLNode, kind: String) {
    guard let entries = mappingEntries(root) else { return }
    constant("apiVersion", apiVersion, in: entries, of: root, code: .wrongAPIVersion)
    constant("kind", kind, in: entries, of: root, code: .wrongKind)
  }

  private mutating func constant(
    _ key: String, _ value: String, in entries: [YAMLEntry], of root: YAMLNode,
    code: DiagnosticCode
  ) {
    guard let node = entries.value(key) else {
      return report(.missingKey(key, in: "", of: root, example: "\(key): \(value)", file: file))
    }
    if let text = text(node, key), text != value {
      report(node, known: [value]) { .notOneOf($0, key, code: code, at: $1) }
    }
  }

  private func mappingEntries(_ node: YAMLNode) -> [YAMLEntry]? {
    if case .mapping(let entries) = node.content { entries } else { nil }
  }
}

/// The one version of the format of manifests and the project file.
let apiVersion = "vaultctl/v1"

extension [YAMLEntry] {
  func value(_ key: String) -> YAMLNode? { first { $0.keyText == key }?.value }

  func isNull(_ key: String) -> Bool { value(key)?.isNull ?? false }

  /// The value, if it is present and not `null`.
  func given(_ key: String) -> YAMLNode? { value(key).flatMap { $0.isNull ? nil : $0 } }
}
