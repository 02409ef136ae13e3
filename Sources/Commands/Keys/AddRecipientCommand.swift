import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model
import OpenPGP

struct AddRecipientCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a key to the recipients of a path.",
    discussion: """
      Takes a fingerprint of your keyring, or a file with one exported public key, which is imported \
      into your keyring. Existing values are sealed for the new recipient by `vaultctl rekey`.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("Full fingerprint, or a file such as keys/ann.asc.", valueName: "key"),
    completion: .file(extensions: ["asc", "gpg"]))
  var key: String

  @Option(
    help: ArgumentHelp("Path of the rule (default: the only rule's).", valueName: "path"),
    completion: .rulePaths)
  var path: String?

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  private func changed(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let editor = try RecipientRuleEditor(workspace)
    let number = try editor.number(ofPath: path)
    let openPGP = Keyring.standard(workspace.project, console: console).openPGP
    let source = try await KeySource(key, openPGP)
    let rule = editor.rules[number]
    let person = KeyPerson(source.key)
    if rule.keys.contains(where: { $0.text == source.key.fingerprint.rawValue }) {
      console.result("\(person) is already a recipient of `\(rule.path.text)`\n")
      return .fine
    }
    let change = try editor.adding(source.key, to: number)
    if !isDryRun, try await source.importIfNeeded(openPGP) {
      console.note("Imported \(person) into your keyring.")
    }
    try workspace.files.write([change], console)
    console.done("\(Project.fileName): \(person) is now a recipient of `\(rule.path.text)`")
    console.note("Seal the existing values for it: vaultctl rekey")
    return .fine
  }
}
