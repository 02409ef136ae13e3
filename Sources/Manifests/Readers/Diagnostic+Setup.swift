import Diagnostics
import Model
import SourceYAML

extension Diagnostic {
  static func plaintextSecret(_ field: FieldName, file: String, at location: Location) -> Diagnostic
  {
    Diagnostic(
      .plaintextSecret, "secret field `spec.setup.\(field)` is not sealed", at: location,
      label: "plain text, must be sealed",
      notes: ["everyone who can read this file can read it"],
      help: ["seal it in place: vaultctl encrypt \(file)"])
  }

  static func malformedMessage(
    _ field: FieldName, _ fault: MalformedMessage, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .malformedMessage, "`spec.setup.\(field)` is not a complete OpenPGP message", at: location,
      label: fault.reason,
      help: ["restore the value from git, or seal it again: vaultctl set NAME \(field)"])
  }

  static func unknownField(
    _ entry: YAMLEntry, shape: SetupShape, app: App, file: String
  ) -> Diagnostic {
    let known = shape.fields.map(\.name.rawValue)
    let near = nearestName(to: entry.keyText, among: known)
    return Diagnostic(
      .unknownField, "setup `\(shape.type)` of `\(app.id)` has no field `\(entry.keyText)`",
      at: .source(file: file, range: entry.key.range),
      notes: ["its fields: \(known.joined(separator: ", "))"],
      help: near.map { ["did you mean `\($0)`?"] } ?? [])
  }

  static func unknownIgnoredField(
    _ text: String, shape: SetupShape, app: App, at location: Location
  ) -> Diagnostic {
    let known = shape.fields.map(\.name.rawValue)
    let near = nearestName(to: text, among: known)
    return Diagnostic(
      .unknownField, "setup `\(shape.type)` of `\(app.id)` has no field `\(text)`",
      at: location, notes: ["its fields: \(known.joined(separator: ", "))"],
      help: near.map { ["did you mean `\($0)`?"] } ?? [])
  }

  static func uselessPublicField(
    _ field: FieldName, isSecret: Bool, app: App, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .uselessPublicField,
      "`\(field)` of `\(app.id)` is \(isSecret ? "secret and cannot be made public" : "already public")",
      at: location,
      notes: ["`publicFields` applies to fields that the catalog does not list"],
      help: ["remove it from the list"])
  }

  static func closedSetup(
    _ field: FieldName, shape: SetupShape, app: App, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .uselessPublicField, "setup `\(shape.type)` of `\(app.id)` has no field `\(field)`",
      at: location, notes: ["this setup accepts only the fields in the catalog"],
      help: ["remove it from the list"])
  }

  static func violation(
    _ violation: ValueViolation, of field: FieldName, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      violation.code, "`spec.setup.\(field)` \(violation.reason)", at: location)
  }
}
