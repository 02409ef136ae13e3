import Diagnostics
import Model
import SourceYAML

/// What stands under `spec.setup`.
struct ReadSetup {
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

/// `spec.publicFields`, each with its place.
struct ReadPublicFields {
  var fields: [(name: FieldName, location: Location)] = []
  /// Those of the document that this one lies over.
  var inherited: Set<FieldName> = []
  var names: Set<FieldName> { Set(fields.map(\.name)).union(inherited) }
}

extension NodeReader {
  mutating func readPublicFields(_ spec: [YAMLEntry]) -> ReadPublicFields {
    var read = ReadPublicFields()
    guard let node = spec.given("publicFields"), let items = list(node, "spec.publicFields")
    else { return read }
    for item in items {
      guard let text = text(item, "spec.publicFields") else { continue }
      read.fields.append((FieldName(text), location(item)))
    }
    return read
  }

  /// A field can be made public only where the catalog has no say in it.
  mutating func checkUse(of publicFields: ReadPublicFields, shape: SetupShape?, of app: App?) {
    guard let shape, let app else { return }
    for (name, location) in publicFields.fields {
      if let known = shape[name] {
        report(.uselessPublicField(name, isSecret: known.isSecret, app: app, at: location))
      } else if !shape.isOpen {
        report(.closedSetup(name, shape: shape, app: app, at: location))
      }
    }
  }

  /// `spec.ignore`: fields that the setup can have.
  mutating func readIgnoredFields(
    _ spec: [YAMLEntry], shape: SetupShape?, of app: App?
  ) -> ConnectionLayer.Part<Set<FieldName>> {
    guard let node = spec.value("ignore") else { return .unsaid }
    if node.isNull { return .removed }
    guard let items = list(node, "spec.ignore") else { return .unsaid }
    var fields: Set<FieldName> = []
    for item in items {
      guard let text = text(item, "spec.ignore") else { continue }
      if let shape, let app, !shape.isOpen, shape[FieldName(text)] == nil {
        report(.unknownIgnoredField(text, shape: shape, app: app, at: location(item)))
      }
      fields.insert(FieldName(text))
    }
    return .said(fields)
  }

  /// - Parameter below: the setup's shape in the base, which an overlay need not say again.
  mutating func readSetup(
    _ spec: [YAMLEntry], app: App?, below: SetupShape?, publicFields: Set<FieldName>
  ) -> ReadSetup? {
    guard let node = spec.given("setup"), let entries = anyMapping(node, "spec.setup"),
      let app
    else { return nil }
    guard let shape = readType(entries, of: node, app: app, below: below) else { return nil }

    var setup = ReadSetup(node: node, shape: shape)
    for entry in entries where entry.keyText != "type" {
      let field = FieldName(entry.keyText)
      guard shape.isOpen || shape[field] != nil else {
        report(.unknownField(entry, shape: shape, app: app, file: file))
        continue
      }
      let isSecret = shape.isSecret(field, publicFields: publicFields)
      let slot = readSlot(entry, field, isSecret: isSecret, constraint: shape[field]?.constraint)
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
    report(
      .notOneOf(text, types, value, "spec.setup.type", code: .unknownSetupType, file: file))
    return nil
  }

  /// The slot, and the field's value where it is there and right.
  private mutating func readSlot(
    _ entry: YAMLEntry, _ field: FieldName, isSecret: Bool, constraint: ValueConstraint?
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
      report(.plaintextSecret(field, file: file, at: location(node)))
      return (slot(.plain), nil)
    }
    return (slot(.plain), readPlain(scalar, node, field, constraint).map(FieldValue.plain))
  }

  /// A field of the catalog is a text; one that it does not know may be any scalar.
  private mutating func readPlain(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ field: FieldName, _ constraint: ValueConstraint?
  ) -> PlainValue? {
    show(node)
    guard let constraint else {
      switch scalar.resolved {
      case .bool(let value): return .boolean(value)
      case .integer, .float: return .number(scalar.text)
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
