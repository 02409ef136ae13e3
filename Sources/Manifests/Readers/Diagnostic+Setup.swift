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
    _ word: RefusedWord, shape: SetupShape, app: App, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .unknownField,
      "setup `\(shape.type)` of `\(app.id)` has no \(word.isNear ? "field\(word.quoted)" : "such field")",
      at: location, notes: ["its fields: \(word.listing)"], help: word.help)
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
    _ word: RefusedWord, shape: SetupShape, app: App, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .uselessPublicField,
      "setup `\(shape.type)` of `\(app.id)` has no \(word.isNear ? "field\(word.quoted)" : "such field")",
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
