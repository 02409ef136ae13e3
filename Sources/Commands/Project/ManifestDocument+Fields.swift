import Diagnostics
import Manifests
import Model
import Secrets

extension ManifestDocument {
  /// The setup's type, or the app's first type that has the field.
  func setupType(with field: FieldName) -> SetupType? {
    shape?.type ?? app?.setups.first { $0[field] != nil || $0.isOpen }?.type
  }

  /// - Throws: if no setup of the connection can have such a field.
  func requireField(_ field: FieldName) throws {
    let shapes = shape.map { [$0] } ?? app?.setups ?? []
    if shapes.contains(where: { $0.isOpen || $0[field] != nil }) { return }
    let known = shapes.flatMap(\.fields).map(\.name.rawValue)
    let word = RefusedWord(field.rawValue, known: Set(known).sorted())
    throw Failure(
      Diagnostic(
        .unknownField, "`\(name)` has no \(word.isNear ? "field\(word.quoted)" : "such field")",
        at: origin.nameLocation, notes: ["its fields: \(word.listing)"], help: word.help))
  }

  /// Whether a new value of the field is sealed: if it is secret, and if it was sealed though it need
  /// not be.
  func seals(_ field: FieldName) -> Bool {
    switch slot(field)?.state {
    case .sealed, .malformed: return true
    case .absent, .plain, nil: break
    }
    let shape = shape ?? setupType(with: field).flatMap { app?.setup($0) }
    return shape?.isSecret(field, publicFields: publicFields) ?? true
  }

  /// What is wrong with a field's value, as a predicate that follows the field's name.
  func violation(of value: SecretBytes, in field: FieldName) -> String? {
    let type = setupType(with: field)
    let shape = shape ?? type.flatMap { app?.setup($0) }
    guard let constraint = shape?[field]?.constraint else { return nil }
    return value.withBytes { constraint.violation(ofUTF8: $0) }?.reason
  }
}
