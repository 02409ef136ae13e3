import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import SourceYAML

/// The project file with another name for one of its environments, and the id that it keeps.
struct EnvironmentRenamer {
  /// Before the change.
  let environment: Environment
  /// `nil` if the environment has the new name already.
  let change: FileChange?

  /// - Parameter bytes: the project file, as it is on disk.
  /// - Throws: if there is no such environment, the new name is taken or invalid, or the file cannot be edited.
  init(_ bytes: [UInt8], from old: String, to new: String) throws {
    guard old != new else { throw ValidationError("the new name is the previous one") }
    let (yaml, faults) = YAMLFile.parse(bytes, file: Project.fileName)
    let project = try Self.project(yaml, faults)
    guard let found = project.environment(named: old) else {
      environment = try Self.renamedBefore(project, from: old, to: new)
      change = nil
      return
    }
    guard new.isEnvironmentName else {
      throw Failure(.invalidEnvironment(at: .file(Project.fileName)))
    }
    let taken = project.environment(named: new) ?? project.environment(withID: new)
    if let taken, taken.name != old { throw Failure(.environmentExists(new, taken)) }
    environment = found
    let after = try yaml.applying(Self.changes(yaml, found, to: new))
    let (again, newFaults) = YAMLFile.parse(after, file: Project.fileName)
    let expected = project.environments.map { $0.facts(named: $0.name == old ? new : $0.name) }
    guard try Self.project(again, newFaults).environments.map({ $0.facts() }) == expected else {
      throw Failure(.nameNotWritten(old, new, found.id))
    }
    change = FileChange(Project.fileName, from: bytes, to: after)
  }

  private static func project(_ yaml: YAMLFile, _ faults: [Diagnostic]) throws -> Project {
    let read = Project.read(yaml, parseFaults: faults)
    guard let project = read.project else { throw Failure(read.diagnostics) }
    return project
  }

  /// The environment that an earlier run renamed. Of its previous names only the first is known, as its id.
  private static func renamedBefore(
    _ project: Project, from old: String, to new: String
  ) throws -> Environment {
    guard let present = project.environment(named: new) else {
      throw Failure(.unknownEnvironment(old, project))
    }
    guard present.id == old else {
      throw Failure([.unknownEnvironment(old, project), .notRenamed(present, from: old)])
    }
    return present
  }

  private static func changes(
    _ yaml: YAMLFile, _ environment: Environment, to new: String
  ) throws -> [YAMLChange] {
    guard let environments = yaml.documents.first?.root?["environments"],
      let entry = environments.entry(environment.name)
    else { preconditionFailure("an environment that was read is in its file") }
    for node in [environments, entry.value] where node.aliasOf != nil {
      throw Failure(.aliasedEnvironment(at: .source(file: yaml.file, range: node.range)))
    }
    let rename = yaml.renaming(environment.name, to: new, in: environments)
    let id = environment.id
    guard !entry.value.isNull else {
      let value = YAMLNewValue.mapping([YAMLNewEntry("id", id)])
      return [yaml.replacing(entry.value, of: entry.key, with: value), rename]
    }
    guard let given = entry.value.entry("id") else {
      return [yaml.inserting("id", .text(id), into: entry.value), rename]
    }
    if !given.value.isNull { return [rename] }
    return [yaml.replacing(given.value, of: given.key, with: .text(id)), rename]
  }
}

extension Environment {
  /// What a rename changes, and what it must not.
  fileprivate struct Facts: Equatable {
    let name, id, overlay: String
    let store: StoreSettings
    let recipients: [String: [String]]
  }

  fileprivate func facts(named name: String? = nil) -> Facts {
    Facts(
      name: name ?? self.name, id: id, overlay: overlay.text, store: store,
      recipients: Dictionary(recipientRules.map { ($0.path.text, $0.keys.map(\.text)) }) { $0 + $1 }
    )
  }
}

extension Diagnostic {
  fileprivate static func environmentExists(_ name: String, _ other: Environment) -> Diagnostic {
    let what =
      other.name == name
      ? "there is an environment `\(name)` already"
      : "`\(name)` is the id of environment `\(other.name)`"
    return Diagnostic(
      .invalidEnvironment, what, at: .file(Project.fileName), notes: ["nothing was changed"],
      help: ["choose another name"])
  }

  fileprivate static func notRenamed(_ present: Environment, from old: String) -> Diagnostic {
    // An environment that has an id of its own must keep it.
    let isNamedByHand = present.id == present.name
    return Diagnostic(
      .environmentNotFound,
      isNamedByHand
        ? "`\(present.name)` does not say that it was `\(old)`"
        : "`\(present.name)` has the id `\(present.id)`; whether it was ever named `\(old)` is not kept",
      at: .file(Project.fileName),
      notes: ["nothing was changed"],
      help: [
        isNamedByHand
          ? "if its name was changed by hand: add `id: \(old)` to `environments.\(present.name)`"
          : "if it was: nothing is left to do"
      ])
  }

  fileprivate static func aliasedEnvironment(at location: Location) -> Diagnostic {
    Diagnostic(
      .sharedValue, "the environment is shared through an anchor", at: location,
      notes: ["nothing was changed"],
      help: ["replace the alias with a mapping of its own, then try again"])
  }

  fileprivate static func nameNotWritten(_ old: String, _ new: String, _ id: String) -> Diagnostic {
    Diagnostic(
      .invalidEnvironment, "the name could not be written to \(Project.fileName)",
      at: .file(Project.fileName), notes: ["nothing was changed"],
      help: ["change `environments.\(old)` to `\(new)`, and add `id: \(id)` to it"])
  }
}
