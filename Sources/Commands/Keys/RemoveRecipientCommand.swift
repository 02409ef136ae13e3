import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model
import OpenPGP

struct RemoveRecipientCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a key from the recipients.",
    discussion: """
      Existing values stay readable for it until `vaultctl rekey`, and what it could read until then \
      must be rotated: `rekey` names these values.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Full fingerprint, or its last 16 digits.", valueName: "key"))
  var key: String

  @Option(
    help: ArgumentHelp("Only from the rule with this path.", valueName: "path"),
    completion: .rulePaths)
  var path: String?

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  private func changed(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let editor = try RecipientRuleEditor(workspace)
    let numbers = try path.map { [try editor.number(ofPath: $0)] } ?? Array(editor.rules.indices)
    let fingerprint = try fingerprint(among: editor.rules)
    let affected = numbers.filter { number in
      editor.rules[number].keys.contains { $0.text == fingerprint }
    }
    if affected.isEmpty { throw Failure(.notRecipient(fingerprint)) }
    let change = try editor.removing(fingerprint, from: affected)
    let keyring = Keyring.standard(workspace.project, console: console)
    let person = KeyPerson(
      fingerprint, among: try await keyring.keys(ids: [], fingerprints: [fingerprint]))
    try workspace.files.write([change], console)
    for number in affected {
      let path = editor.rules[number].path.text
      console.done("\(Project.fileName): \(person) is no longer a recipient of `\(path)`")
    }
    console.note("Seal the values without it, and see which to rotate: vaultctl rekey")
    return .fine
  }

  /// The one recipient that the argument names.
  private func fingerprint(among rules: [RecipientRule]) throws -> String {
    let all = Set(rules.flatMap(\.keys).map(\.text))
    let digits = key.uppercased().filter { $0 != " " }
    let found = all.filter { text in
      text == digits || (digits.count == 16 && Fingerprint(text)?.keyID.rawValue == digits)
    }
    guard found.count == 1, let only = found.first else { throw Failure(.notRecipient(key)) }
    return only
  }
}

extension Diagnostic {
  fileprivate static func notRecipient(_ key: String) -> Diagnostic {
    Diagnostic(
      .noSuchRecipient, "`\(key)` is not a recipient", at: .file(Project.fileName),
      help: ["list them: vaultctl recipients list"])
  }
}
