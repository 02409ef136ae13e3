import Diagnostics
import FileChanges
import Manifests
import Model
import OpenPGP
import SourceYAML

/// Edits the keys of recipient rules in the project file, and changes no other byte.
struct RecipientRuleEditor {
  private let workspace: Workspace
  private let yaml: YAMLFile
  /// The chosen environment's own rules; the project's if none was chosen.
  let rules: [RecipientRule]

  /// - Throws: if there are no such rules.
  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    yaml = YAMLFile.parse(workspace.contents.projectFile, file: Project.fileName).0
    rules = workspace.environment?.recipientRules ?? workspace.project.recipientRules
    if rules.isEmpty { throw Failure(.noRules(workspace.environment)) }
  }

  /// The number of the rule with this path; of the only rule if no path is given.
  func number(ofPath path: String?) throws -> Int {
    let paths = rules.map(\.path.text)
    guard let path else {
      if rules.count == 1 { return 0 }
      throw Failure(.severalRules(paths))
    }
    guard let number = paths.firstIndex(of: path) else { throw Failure(.noSuchRule(paths)) }
    return number
  }

  /// The project file with the key in a rule.
  func adding(_ key: PublicKey, to number: Int) throws -> FileChange {
    let text = TerminalText(key.userID).renderedWithinLine
    let change = yaml.appending(
      key.fingerprint.rawValue, comment: text.isEmpty ? nil : text, to: try keys(of: number))
    return try changed([change])
  }

  /// The project file without a key in these rules.
  ///
  /// - Throws: if a rule would be left without a key.
  func removing(_ fingerprint: String, from numbers: [Int]) throws -> FileChange {
    let last = numbers.filter { rules[$0].keys.count == 1 }.map { rules[$0] }
    if !last.isEmpty { throw Failure(last.map { .lastRecipient(of: $0) }) }
    return try changed(
      try numbers.map { number in
        guard let index = rules[number].keys.firstIndex(where: { $0.text == fingerprint }) else {
          preconditionFailure("a rule that loses a key has it")
        }
        return yaml.removingItem(index, of: try keys(of: number))
      })
  }

  /// The list of a rule's keys as it is written.
  private func keys(of number: Int) throws -> YAMLNode {
    let root = yaml.documents.first?.root
    let owner = workspace.environment.map { root?["environments"]?[$0.name] } ?? root
    guard let items = owner?["recipients"]?.items, items.indices.contains(number),
      let list = items[number]["keys"]
    else { preconditionFailure("a rule that was read is in its file") }
    let nodes = [owner?["recipients"], items[number], list].compactMap(\.self)
    if let alias = nodes.first(where: { $0.aliasOf != nil }) {
      throw Failure(.aliasedRule(at: .source(file: yaml.file, range: alias.range)))
    }
    return list
  }

  private func changed(_ changes: [YAMLChange]) throws -> FileChange {
    let after = try yaml.applying(changes)
    let (again, faults) = YAMLFile.parse(after, file: Project.fileName)
    let read = Project.read(again, parseFaults: faults)
    guard read.project != nil else { throw Failure(read.diagnostics) }
    return FileChange(Project.fileName, from: workspace.contents.projectFile, to: after)
  }
}

extension Diagnostic {
  fileprivate static func noRules(_ environment: Environment?) -> Diagnostic {
    let owner = environment.map { "environment `\($0.name)`" } ?? "the project"
    return Diagnostic(
      .noSuchRecipientRule, "\(owner) has no recipients of its own", at: .file(Project.fileName),
      help: [
        environment == nil
          ? "add them: `recipients: [{keys: [FINGERPRINT]}]`"
          : "change the project's recipients: the same command without"
            + (GlobalOptions.environmentVariable == nil ? " --env" : " --env and VAULTCTL_ENV")
      ])
  }

  fileprivate static func severalRules(_ paths: [String]) -> Diagnostic {
    Diagnostic(
      .noSuchRecipientRule, "no rule selected", at: .file(Project.fileName),
      notes: ["the rules are for: \(paths.joined(separator: ", "))"],
      help: ["select one: --path \(shellWord(paths[0]))"])
  }

  fileprivate static func noSuchRule(_ paths: [String]) -> Diagnostic {
    Diagnostic(
      .noSuchRecipientRule, "no rule has this path", at: .file(Project.fileName),
      notes: ["the rules are for: \(paths.joined(separator: ", "))"],
      help: ["select one: --path \(shellWord(paths[0]))"])
  }

  fileprivate static func lastRecipient(of rule: RecipientRule) -> Diagnostic {
    Diagnostic(
      .lastRecipient, "it is the only recipient of `\(rule.path.text)`", at: rule.location,
      notes: ["without a recipient, nothing could be sealed there"],
      help: ["add its successor first: vaultctl recipients add FINGERPRINT"])
  }

  fileprivate static func aliasedRule(at location: Location) -> Diagnostic {
    Diagnostic(
      .sharedValue, "the recipients are shared through an anchor", at: location,
      notes: ["nothing was changed"],
      help: ["replace the alias with a list of its own, then try again"])
  }
}
