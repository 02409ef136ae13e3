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

  /// What options and a person gave.
  struct Given {
    fileprivate var plain: [FieldName: String]
    fileprivate var secrets: [(field: FieldName, value: SecretBytes)] = []
  }

  /// 1. The options' values are checked.
  /// 2. At a terminal, a person is asked for each required field that is left.
  ///
  /// - Parameter assignments: `field=value`.
  func given(_ assignments: [String]) throws -> Given {
    var given = Given(plain: try assigned(assignments))
    let left = shape.fields.filter { $0.isRequired && given.plain[$0.name] == nil }
    for field in console.canAsk ? left : [] {
      if field.isSecret {
        if let value = try secret(field) { given.secrets.append((field.name, value)) }
      } else {
        given.plain[field.name] = plain(field)
      }
    }
    return given
  }

  /// The values as they are written, with what is secret sealed for the recipients of now.
  func sealed(_ given: Given) async throws -> [FieldName: String] {
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let secrets = given.secrets.map { field, value in
      UnsealedField(
        address: FieldAddress(connection, field), value: value, file: file, location: nil)
    }
    let messages = try await sealer.seal(secrets, sharing: workspace.presentSessionKeys)
    let sealed = zip(secrets.map(\.address.field), messages)
    return given.plain.merging(sealed) { $1 }
  }

  private func assigned(_ assignments: [String]) throws -> [FieldName: String] {
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

  /// `nil` for an empty answer.
  private func secret(_ field: FieldShape) throws -> SecretBytes? {
    let address = FieldAddress(connection, field.name)
    while true {
      let value = try console.secret(prompt: "\(field.name) (input is hidden): ")
      if value.count == 0 { return nil }
      if let violation = value.withBytes({ field.constraint.violation(ofUTF8: $0) }) {
        console.explain("`\(field.name)` \(violation.reason)")
      } else if let foreign = value.withBytes({ ForeignValue($0) }) {
        console.report([.foreignValue(foreign, for: address)])
      } else {
        return value
      }
    }
  }
}
