import Diagnostics
import Encodings
import Model
import SourceYAML

/// What a document has under `spec.setup`.
struct ParsedSetup {
  let node: YAMLNode
  let shape: SetupShape
  var slots: [FieldSlot] = []
  /// `nil`: given as absent.
  var fields: [FieldName: FieldValue?] = [:]

  var range: SourceRange { node.range }
  var layer: ConnectionLayer.Setup { ConnectionLayer.Setup(type: shape.type, fields: fields) }
  var ranges: [FieldName: SourceRange] {
    Dictionary(slots.map { ($0.field, $0.range) }) { first, _ in first }
  }
}

/// `spec.publicFields`.
struct ParsedPublicFields {
  struct Entry {
    let name: FieldName
    let node: YAMLNode
  }

  var entries: [Entry] = []
  /// Those of the document that this one overlays.
  var inherited: Set<FieldName> = []
  var names: Set<FieldName> { inherited.union(entries.map(\.name)) }
}

extension NodeReader {
  mutating func readPublicFields(_ spec: [YAMLEntry]) -> ParsedPublicFields {
    var read = ParsedPublicFields()
    guard let node = spec.given("publicFields"), let items = list(node, "spec.publicFields")
    else { return read }
    for item in items {
      guard let text = text(item, "spec.publicFields") else { continue }
      read.entries.append(ParsedPublicFields.Entry(name: FieldName(text), node: item))
    }
    return read
  }

  /// Only a field that the catalog does not know can be made public.
  mutating func checkUse(of publicFields: ParsedPublicFields, shape: SetupShape?, of app: App?) {
    guard let shape, let app else { return }
    for entry in publicFields.entries {
      if let known = shape[entry.name] {
        report(
          .uselessPublicField(
            entry.name, isSecret: known.isSecret, app: app, at: location(entry.node)))
      } else if !shape.isOpen {
        report(entry.node, known: shape.fields.map(\.name.rawValue)) {
          .closedSetup($0, shape: shape, app: app, at: $1)
        }
      }
    }
  }

  /// `spec.ignore`: fields that the setup can have.
  mutating func readIgnoredFields(
    _ spec: [YAMLEntry], shape: SetupShape?, of app: App?
  ) -> ConnectionLayer.Part<Set<FieldName>> {
    guard let node = spec.value("ignore") else { return .unspecified }
    if node.isNull { return .removed }
    guard let items = list(node, "spec.ignore") else { return .unspecified }
    var fields: Set<FieldName> = []
    for item in items {
      guard let text = text(item, "spec.ignore") else { continue }
      if let shape, let app, !shape.isOpen, shape[FieldName(text)] == nil {
        report(item, known: shape.fields.map(\.name.rawValue)) {
          .unknownField($0, shape: shape, app: app, at: $1)
        }
      }
      fields.insert(FieldName(text))
    }
    return .given(fields)
  }

  /// - Parameters:
  ///   - name: the connection's, if it can be read.
  ///   - below: the shape of the base's setup, whose type an overlay need not repeat.
  mutating func readSetup(
    _ spec: [YAMLEntry], of name: ConnectionName?, app: App?, below: SetupShape?,
    publicFields: Set<FieldName>
  ) -> ParsedSetup? {
    guard let node = spec.given("setup"), let entries = anyMapping(node, "spec.setup"),
      let app
    else { return nil }
    guard let shape = readType(entries, of: node, app: app, below: below) else { return nil }

    var setup = ParsedSetup(node: node, shape: shape)
    for entry in entries where entry.keyText != "type" {
      let field = FieldName(entry.keyText)
      guard shape.isOpen || shape[field] != nil else {
        report(entry.key, known: shape.fields.map(\.name.rawValue)) {
          .unknownField($0, shape: shape, app: app, at: $1)
        }
        continue
      }
      show(entry.key)
      let isSecret = shape.isSecret(field, publicFields: publicFields)
      let slot = readSlot(
        entry, field, of: name, isSecret: isSecret, constraint: shape[field]?.constraint)
      guard let (slot, value) = slot else { continue }
      setup.slots.append(slot)
      setup.fields[field] = .some(value)
    }
    return setup
  }

  private mutating func readType(
    _ entries: [YAMLEntry], of node: YAMLNode, app: App, below: SetupShape?
  ) -> SetupShape? {
    let types = app.setups.map(\.type.rawValue)
    guard let value = entries.value("type") else {
      if let below { return below }
      report(
        .missingKey(
          "type", in: "spec.setup", of: node, example: "type: \(types.joined(separator: " | "))",
          file: file))
      return nil
    }
    guard let text = text(value, "spec.setup.type") else { return nil }
    if let shape = app.setup(SetupType(text)) { return shape }
    report(value, known: types) {
      .notOneOf($0, "spec.setup.type", code: .unknownSetupType, at: $1)
    }
    return nil
  }

  /// The slot, and the field's value if it is given and valid.
  private mutating func readSlot(
    _ entry: YAMLEntry, _ field: FieldName, of name: ConnectionName?, isSecret: Bool,
    constraint: ValueConstraint?
  ) -> (FieldSlot, FieldValue?)? {
    let node = entry.value
    guard case .scalar(let scalar) = node.content else {
      report(.wrongType(node, "spec.setup.\(field)", expected: "a single value", file: file))
      return nil
    }
    func slot(_ state: FieldSlot.State) -> FieldSlot {
      FieldSlot(field: field, range: node.range, isSecret: isSecret, state: state)
    }
    if scalar.resolved == .null { return (slot(.absent), nil) }
    if SealedMessage.looksSealed(scalar.text) {
      do {
        let message = try SealedMessage(armored: scalar.text)
        return (slot(.sealed(message)), .sealed(message))
      } catch {
        report(.malformedMessage(field, error, at: location(node)))
        return (slot(.malformed), nil)
      }
    }
    if isSecret {
      if let foreign = ForeignValue(scalar.text.utf8.span) {
        report(
          .foreignValue(
            foreign, in: field, of: name, isSecret: true, file: file, at: location(node)))
      } else {
        report(.plaintextSecret(field, file: file, at: location(node)))
      }
      return (slot(.plain), nil)
    }
    // A public field may well hold one letter again and again.
    if let foreign = ForeignValue(scalar.text.utf8.span),
      foreign != .placeholder || Set(scalar.text.utf8).count > 1
    {
      report(
        .foreignValue(
          foreign, in: field, of: name, isSecret: false, file: file, at: location(node)))
    }
    return (slot(.plain), readPlain(scalar, node, field, constraint).map(FieldValue.plain))
  }

  /// A field that the catalog knows is a text; any other may be any scalar.
  private mutating func readPlain(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ field: FieldName, _ constraint: ValueConstraint?
  ) -> PlainValue? {
    show(node)
    guard let constraint else {
      switch scalar.resolved {
      case .bool(let value): return .boolean(value)
      // YAML has numbers that no store can hold as such, `0x1F` and `.inf`.
      case .integer, .float:
        return JSONScanner.isNumber(scalar.text) ? .number(scalar.text) : .string(scalar.text)
      case .null, .string: return .string(scalar.text)
      }
    }
    guard let text = text(node, "spec.setup.\(field)") else { return nil }
    if let violation = constraint.violation(of: text) {
      report(.violation(violation, of: field, at: location(node)))
      return nil
    }
    return .string(text)
  }
}
