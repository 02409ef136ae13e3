import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP

struct InitCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Create a project in this folder.")

  @OptionGroup var global: GlobalOptions

  @Option(
    name: .customLong("recipient"),
    help: "Full fingerprint of a key that can decrypt the secrets; repeatable.")
  var recipients: [String] = []

  @Option(help: "Project name (default: the folder's name).")
  var name: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let root = URL(fileURLWithPath: global.project ?? ".").standardizedFileURL
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let files = ProjectFiles(root: root.path)
    if files.exists(Project.fileName) {
      throw Failure(
        Diagnostic(
          .alreadyExists, "a project already exists here", at: .file(Project.fileName),
          help: ["scaffold a connection: vaultctl new NAME --app APP"]))
    }
    let projectName = try projectName(for: root.lastPathComponent)
    let openPGP = PGPEngine(GPGSettings(isInteractive: console.letsGPGAsk))
    let keys =
      recipients.isEmpty
      ? [try await askForKey(openPGP, console)] : try await resolved(recipients, openPGP)

    let text = Scaffold.project(
      name: projectName, id: .random(),
      recipients: keys.map { (fingerprint: $0.fingerprint.rawValue, userID: $0.userID) })
    try files.create(Project.fileName, text)
    try files.create("schemas/connection.schema.json", Schemas.connection(.builtIn))
    try files.create("schemas/project.schema.json", Schemas.project())
    try FileManager.default.createDirectory(
      atPath: files.path("connections"), withIntermediateDirectories: true)
    try addLines([".vaultctl/"], to: ".gitignore", files)
    try addLines(["connections/**/*.yaml -text diff=vaultctl"], to: ".gitattributes", files)
    console.result(
      "Created the project `\(projectName)`: \(Project.fileName), connections/, schemas/\n")
    return .fine
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
    let own: [PublicKey]
    do throws(GPGUnavailable) {
      own = try await openPGP.secretKeys().filter { $0.state == .usable }
    } catch {
      throw Failure(Diagnostic(error))
    }
    guard console.canAsk, !own.isEmpty else { throw Failure(.noRecipient(own)) }
    console.note("Which key should be able to decrypt the secrets?")
    for (index, key) in own.enumerated() {
      console.note("  \(index + 1)) \(key.fingerprint)  \(key.userID)")
    }
    let answer = console.answer(to: "A number: ") ?? ""
    guard let (_, key) = own.enumerated().first(where: { String($0.offset + 1) == answer })
    else { throw Failure(.noRecipient(own)) }
    return key
  }

  /// Appends the missing lines to a file; creates it if it does not exist.
  private func addLines(_ lines: [String], to file: String, _ files: ProjectFiles) throws {
    guard files.exists(file) else {
      return try files.create(file, lines.joined(separator: "\n") + "\n")
    }
    let bytes = try files.read(file, limit: FileLimit.manifest)
    let present = String(decoding: bytes, as: UTF8.self).split { $0.isNewline }.map(String.init)
    let missing = lines.filter { !present.contains($0) }
    if missing.isEmpty { return }
    let glue = bytes.isEmpty || bytes.last == 0x0A ? "" : "\n"
    try files.replace(
      file, with: bytes + Array((glue + missing.joined(separator: "\n") + "\n").utf8))
  }
}

extension Diagnostic {
  fileprivate static var invalidProjectName: Diagnostic {
    Diagnostic(
      .invalidProjectName, "the project needs another name",
      notes: [projectNameRule, "the name is bound into every sealed value"],
      help: ["choose one: vaultctl init --name NAME"])
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
