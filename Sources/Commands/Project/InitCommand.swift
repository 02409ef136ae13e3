import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import OpenPGP
import SourceYAML

struct InitCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Create a project in this folder.",
    discussion: """
      In a project, adds what it lacks, such as lines of .gitignore, and changes nothing that is there.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    name: .customLong("recipient"),
    help: "Full fingerprint of a key that can decrypt the secrets; repeatable.")
  var recipients: [String] = []

  @Option(help: "Project name (default: the folder's name).")
  var name: String?

  @OptionGroup var writing: WriteOptions

  /// 1. What a killed command left is finished or taken back.
  /// 2. The project file is planned, or the one that is there is compared with the options.
  /// 3. So is everything else that a project needs and this one lacks.
  /// 4. All of it is written, or nothing.
  func carryOut(_ console: Console) async throws -> Outcome {
    let root = URL(fileURLWithPath: global.project ?? ".").standardizedFileURL
    if !isDryRun {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }
    let files = ProjectFiles(root: root.path)
    if !isDryRun { try files.recover(console) }
    let isNew = !files.exists(Project.fileName)
    var changes: [FileChange] = []
    var created = ""
    if isNew {
      created = try projectName(for: root.lastPathComponent)
      let text = try await text(named: created, console)
      changes.append(FileChange(Project.fileName, from: nil, to: Array(text.utf8)))
    } else {
      try requireSame(files)
    }
    for (file, text) in [
      ("schemas/connection.schema.json", Schemas.connection(.builtIn)),
      ("schemas/project.schema.json", Schemas.project()),
    ] where !files.exists(file) {
      changes.append(FileChange(file, from: nil, to: Array(text.utf8)))
    }
    changes += try [
      adding([".vaultctl/", ".vaultctl-*"], to: ".gitignore", files),
      adding(["connections/**/*.yaml -text diff=vaultctl"], to: ".gitattributes", files),
    ].compactMap(\.self)
    try files.write(changes, console)
    if isNew, !isDryRun { try createFolder(files.path("connections")) }
    let added = changes.map(\.file).joined(separator: ", ")
    if isNew {
      console.done("Created the project `\(created)`: \(Project.fileName), connections/, schemas/")
    } else if changes.isEmpty {
      console.result("The project is complete already.\n")
    } else {
      console.done("Added \(added)")
    }
    return .fine
  }

  private func text(named name: String, _ console: Console) async throws -> String {
    let openPGP = PGPEngine(GPGSettings(isInteractive: console.letsGPGAsk))
    let keys =
      recipients.isEmpty
      ? [try await askForKey(openPGP, console)] : try await resolved(recipients, openPGP)
    return Scaffold.project(
      name: name, id: .random(),
      recipients: keys.map { (fingerprint: $0.fingerprint.rawValue, userID: $0.userID) })
  }

  /// - Throws: if there is a project that is not as the options say.
  private func requireSame(_ files: ProjectFiles) throws {
    let bytes = try files.read(Project.fileName, limit: FileLimit.manifest)
    let (yaml, faults) = YAMLFile.parse(bytes, file: Project.fileName)
    guard let project = Project.read(yaml, parseFaults: faults).project else {
      throw Failure(.anotherProject(["it has errors: vaultctl validate"]))
    }
    let keys = project.allRecipients.map(\.text)
    var differences = recipients.filter { !keys.contains($0) }.map {
      "`\($0)` is no recipient of it"
    }
    if let name, name != project.name {
      differences.append("it is named `\(project.name)`")
    }
    if !differences.isEmpty { throw Failure(.anotherProject(differences)) }
  }

  private func createFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// The name is bound into every sealed value, so it is taken as it is, or not at all.
  private func projectName(for folder: String) throws -> String {
    if let name {
      guard name.isProjectName else { throw Failure(.invalidProjectName) }
      return name
    }
    guard let name = Scaffold.projectName(forFolder: folder) else {
      throw Failure(.invalidProjectName)
    }
    return name
  }

  private func resolved(_ texts: [String], _ openPGP: PGPEngine) async throws -> [PublicKey] {
    let results = try await RecipientResolver(openPGP: openPGP).keys(
      of: texts.map { LocatedText($0, at: .file("--recipient")) })
    var keys: [PublicKey] = []
    var faults: [Diagnostic] = []
    for result in results {
      switch result {
      case .success(let key): keys.append(key)
      case .failure(let fault): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults) }
    return keys
  }

  private func askForKey(_ openPGP: PGPEngine, _ console: Console) async throws -> PublicKey {
    let own = try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await openPGP.secretKeys().filter { $0.state == .usable }
    }
    guard console.canAsk, !own.isEmpty else { throw Failure(.noRecipient(own)) }
    console.explain("Which key should be able to decrypt the secrets?")
    for (index, key) in own.enumerated() {
      console.explain("  \(index + 1)) \(key.fingerprint)  \(key.userID)")
    }
    let answer = console.answer(to: "Enter a number (1-\(own.count)): ") ?? ""
    guard let (_, key) = own.enumerated().first(where: { String($0.offset + 1) == answer })
    else { throw Failure(.noRecipient(own)) }
    return key
  }

  /// A file with the lines that it lacks; `nil` if it has all of them.
  private func adding(
    _ lines: [String], to file: String, _ files: ProjectFiles
  ) throws -> FileChange? {
    let present =
      files.exists(file) ? try files.read(file, limit: FileLimit.manifest) : nil
    let after = Self.bytes(present, with: lines)
    if after == present { return nil }
    return FileChange(file, from: present, to: after) { Self.bytes($0, with: lines) }
  }

  private static func bytes(_ present: [UInt8]?, with lines: [String]) -> [UInt8] {
    let bytes = present ?? []
    let known = String(decoding: bytes, as: UTF8.self).split { $0.isNewline }.map(String.init)
    let missing = lines.filter { !known.contains($0) }
    let glue = bytes.isEmpty || bytes.last == 0x0A ? "" : "\n"
    return missing.isEmpty
      ? bytes : bytes + Array((glue + missing.joined(separator: "\n") + "\n").utf8)
  }
}

extension Diagnostic {
  fileprivate static var invalidProjectName: Diagnostic {
    Diagnostic(
      .invalidProjectName, "the project needs another name",
      notes: [projectNameRule, "the name is bound into every sealed value"],
      help: ["choose one: vaultctl init --name NAME"])
  }

  fileprivate static func anotherProject(_ differences: [String]) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "another project already exists here", at: .file(Project.fileName),
      notes: differences,
      help: ["scaffold a connection in it: vaultctl new NAME --app APP"])
  }

  fileprivate static func noRecipient(_ own: [PublicKey]) -> Diagnostic {
    Diagnostic(
      .noRecipientRule, "no recipient chosen",
      notes: own.map { "one of your keys: \($0.fingerprint) \($0.userID)" },
      help: [
        own.first.map { "vaultctl init --recipient \($0.fingerprint)" }
          ?? "create a key: gpg --quick-gen-key 'you <you@example.com>'"
      ])
  }
}
