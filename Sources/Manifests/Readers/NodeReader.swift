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
  private(set) var diagnostics: [Diagnostic] = []
  /// Offsets of the scalars that a snippet may show: known to be no secret.
  private var shown: Set<Int> = []

  init(file: String, isOverlay: Bool = false) {
    self.file = file
    self.isOverlay = isOverlay
  }

  var errorCount: Int { diagnostics.count { $0.severity == .error } }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// The parser's findings and ours, in reading order. If the parser has refused a value, ours at
  /// the same location would add nothing.
  func diagnostics(after parseFaults: [Diagnostic]) -> [Diagnostic] {
    let refused = Set(parseFaults.compactMap { $0.location?.range?.start })
    let ours = diagnostics.filter { diagnostic in
      diagnostic.location?.range.map { !refused.contains($0.start) } ?? true
    }
    return (parseFaults + ours).sorted(by: Diagnostic.inReadingOrder)
  }

  func location(_ node: YAMLNode) -> Location { .source(file: file, range: node.range) }

  mutating func show(_ node: YAMLNode) { shown.insert(node.range.start.offset) }

  /// The ranges of every scalar value under `roots` that was not shown.
  func hiddenRanges(under roots: [YAMLNode]) -> [SourceRange] {
    var ranges: [SourceRange] = []
    for root in roots { collectHidden(under: root, &ranges) }
    return ranges
  }

  private func collectHidden(under node: YAMLNode, _ ranges: inout [SourceRange]) {
    switch node.content {
    case .scalar: if !shown.contains(node.range.start.offset) { ranges.append(node.range) }
    case .sequence(let items): for item in items { collectHidden(under: item, &ranges) }
    case .mapping(let entries): for entry in entries { collectHidden(under: entry.value, &ranges) }
    }
  }

  /// The entries of a mapping whose keys are all known.
  mutating func mapping(
    _ node: YAMLNode, _ path: String, keys: [String]
  ) -> [YAMLEntry]? {
    guard let entries = anyMapping(node, path) else { return nil }
    for entry in entries where !keys.contains(entry.keyText) {
      report(.unknownKey(entry, in: path, known: keys, file: file))
    }
    return entries
  }

  /// The entries of a mapping with any keys.
  mutating func anyMapping(_ node: YAMLNode, _ path: String) -> [YAMLEntry]? {
    if case .mapping(let entries) = node.content { return entries }
    report(.wrongType(node, path, expected: "a mapping", file: file))
    return nil
  }

  mutating func list(_ node: YAMLNode, _ path: String) -> [YAMLNode]? {
    if case .sequence(let items) = node.content { return items }
    report(.wrongType(node, path, expected: "a list", file: file))
    return nil
  }

  mutating func text(_ node: YAMLNode, _ path: String) -> String? {
    if case .scalar(let scalar) = node.content, scalar.resolved == .string {
      show(node)
      return scalar.text
    }
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
    report(
      .notOneOf(text, Choice.allCases.map(\.rawValue), node, path, code: code, file: file))
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
      report(.notOneOf(text, [value], node, key, code: code, file: file))
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
