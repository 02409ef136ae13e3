import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

/// The values that a new connection begins with: of options, and of a person.
struct NewValues {
  let connection: ConnectionName
  let shape: SetupShape
  /// The new manifest, whose recipients secrets are sealed for.
  let file: String
  let workspace: Workspace
  let console: Console

  /// 1. The options' values are checked.
  /// 2. At a terminal, a person is asked for each required field that is left.
  /// 3. What is secret is sealed.
  ///
  /// - Parameter assignments: `field=value`.
  func values(_ assignments: [String]) async throws -> [FieldName: String] {
    var values = try given(assignments)
    var secrets: [UnsealedField] = []
    let left = shape.fields.filter { $0.isRequired && values[$0.name] == nil }
    for field in console.canAsk ? left : [] {
      if field.isSecret {
        if let value = try secret(field) { secrets.append(value) }
      } else {
        values[field.name] = plain(field)
      }
    }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let sealed = try await sealer.seal(secrets, sharing: workspace.presentSessionKeys)
    for (field, message) in zip(secrets, sealed) { values[field.address.field] = message }
    return values
  }

  private func given(_ assignments: [String]) throws -> [FieldName: String] {
    var values: [FieldName: String] = [:]
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "=") else {
        throw ValidationError("--set needs a field and a value: --set account_id=AC123")
      }
      let field = FieldName(String(assignment[..<equals]))
      guard let known = shape[field] else {
        let names = shape.fields.filter { !$0.isSecret }.map(\.name.rawValue)
        throw ValidationError("--set can be used for: \(names.joined(separator: ", "))")
      }
      if known.isSecret {
        throw ValidationError(
          "`\(field)` is secret, so its value must not be an argument: other processes can read it. "
            + "If it is a real secret, create a new one. Leave it out, and set it afterwards: "
            + "vaultctl set \(shellWord(connection.rawValue)) \(field)")
      }
      let text = String(assignment[assignment.index(after: equals)...])
      if let violation = known.constraint.violation(of: text) {
        throw Failure(Diagnostic(violation.code, "`\(field)` \(violation.reason)"))
      }
      if values.updateValue(text, forKey: field) != nil {
        throw ValidationError("--set gives `\(field)` twice")
      }
    }
    return values
  }

  /// `nil` for an empty answer.
  private func plain(_ field: FieldShape) -> String? {
    let choices = field.constraint.oneOf.joined(separator: ", ")
    while true {
      let question: TerminalText =
        choices.isEmpty ? "\(field.name): " : "\(field.name) (\(choices)): "
      guard let answer = console.answer(to: question), !answer.isEmpty else { return nil }
      guard let violation = field.constraint.violation(of: answer) else { return answer }
      console.explain("`\(field.name)` \(violation.reason)")
    }
  }

  private func secret(_ field: FieldShape) throws -> UnsealedField? {
    let address = FieldAddress(connection, field.name)
    while true {
      let value = try console.secret(prompt: "\(field.name) (input is hidden): ")
      if value.count == 0 { return nil }
      if let violation = value.withBytes({ field.constraint.violation(ofUTF8: $0) }) {
        console.explain("`\(field.name)` \(violation.reason)")
      } else if let foreign = value.withBytes({ ForeignValue($0) }) {
        console.report([.foreignValue(foreign, for: address)])
      } else {
        return UnsealedField(address: address, value: value, file: file, location: nil)
      }
    }
  }
}
