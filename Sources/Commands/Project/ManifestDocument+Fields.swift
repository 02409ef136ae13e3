import Diagnostics
import Manifests
import Model
import Secrets

extension ManifestDocument {
  /// The setup's type, or the app's first type that has the field.
  func setupType(with field: FieldName) -> SetupType? {
    shape?.type ?? app?.setups.first { $0[field] != nil || $0.isOpen }?.type
  }

  /// The setup's shape; of a document without one that of the type, or of the first with the field.
  private func shape(with field: FieldName, of type: SetupType?) -> SetupShape? {
    shape ?? (type ?? setupType(with: field)).flatMap { app?.setup($0) }
  }

  /// - Parameter type: of the setup that a document without one gets; `nil`: any.
  /// - Throws: if the app has no such setup, or no setup of the connection can have such a field.
  func requireField(_ field: FieldName, of type: SetupType? = nil) throws {
    if shape == nil, let type, app?.setup(type) == nil {
      let word = RefusedWord(type.rawValue, known: app?.setups.map(\.type.rawValue) ?? [])
      throw Failure(
        Diagnostic(
          .unknownSetupType, "the app of `\(name)` has no such setup",
          at: origin.nameLocation, notes: ["its setups: \(word.listing)"], help: word.help))
    }
    let shapes =
      shape.map { [$0] } ?? type.flatMap { app?.setup($0) }.map { [$0] } ?? app?.setups ?? []
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
  func seals(_ field: FieldName, of type: SetupType? = nil) -> Bool {
    switch slot(field)?.state {
    case .sealed, .malformed: return true
    case .absent, .plain, nil: break
    }
    return shape(with: field, of: type)?.isSecret(field, publicFields: publicFields) ?? true
  }

  /// What is wrong with a field's value, as a predicate that follows the field's name.
  func violation(
    of value: SecretBytes, in field: FieldName, of type: SetupType? = nil
  ) -> String? {
    guard let constraint = shape(with: field, of: type)?[field]?.constraint else { return nil }
    return value.withBytes { constraint.violation(ofUTF8: $0) }?.reason
  }
}
