import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import Stores

struct HistoryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "The versions of a connection that the store keeps.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String

  @Option(help: "Output: text or json.")
  var format: OutputFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try Session(try Workspace.load(global), console: console)
    let rows = try await session.versions(of: try ConnectionName(argument: name)).map { version in
      HistoryText.Row(
        version: version.version, state: version.state.rawValue, at: version.at,
        who: version.who, commit: version.commit)
    }
    let text = HistoryText(palette: console.palette)
    switch format {
    case .text: console.result(text.text(rows))
    case .json: console.result(text.json(rows))
    }
    return .fine
  }
}

struct RollbackCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Put an older version of a connection back, as a new version.",
    discussion: """
      For when it must be quick. Git is behind afterwards: its manifest still declares what was \
      there before, and the next apply would bring that back.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String

  @Option(help: ArgumentHelp("The version, as `vaultctl history` tells it.", valueName: "version"))
  var to: String

  @Flag(help: "Do not ask.")
  var autoApprove = false

  @Option(help: ArgumentHelp("Wait so many seconds for an apply.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let session = try Session(workspace, console: console)
    let name = try ConnectionName(argument: name)
    let version = StoreVersion(to)
    let kept = try await session.versions(of: name)
    guard let wanted = kept.first(where: { $0.version == version }) else {
      throw Failure(.noSuchVersion(version, of: name, session.store.description))
    }
    guard
      autoApprove
        || console.answer(
          to: "\nPut version \(version) of `\(name)` back? Only `yes` is taken: ") == "yes"
    else {
      console.note("Nothing was changed.")
      return .failed
    }
    let record = try await session.underLock(waitingAtMost: lockTimeout, console) { _ in
      try await session.mappingStoreErrors { () async throws(StoreError) in
        try await session.store.rollBack(name, to: version, by: session.provenance())
      }
    }
    console.result(
      "Rolled back `\(name)` to version \(version); that is version \(record.version) now.\n")
    console.report([.gitIsBehind(name, wanted, workspace)])
    return .fine
  }
}

extension Session {
  /// - Throws: where the store has no such connection, or keeps no versions.
  fileprivate func versions(of name: ConnectionName) async throws -> [StoredVersion] {
    let versions = try await mappingStoreErrors { () async throws(StoreError) in
      try await store.history(of: name)
    }
    if !versions.isEmpty { return versions }
    throw Failure(
      Diagnostic(
        .notInStore, "the store has no versions of `\(name)`",
        notes: ["it has no such connection, or keeps none"],
        help: ["see what it has: vaultctl status"]))
  }
}

extension ConnectionName {
  /// What somebody has typed.
  init(argument text: String) throws {
    guard let name = ConnectionName(text) else {
      throw ValidationError("`\(text)` is not a connection's name")
    }
    self = name
  }
}

extension Diagnostic {
  fileprivate static func noSuchVersion(
    _ version: StoreVersion, of name: ConnectionName, _ store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .notInStore, "`\(name)` has no version \(version) any more",
      at: .connection(name.rawValue, store: store.description),
      help: ["see which it has: vaultctl history \(shellWord(name.rawValue))"])
  }

  /// The manifest of the commit that the version was applied from, where that is known.
  fileprivate static func gitIsBehind(
    _ name: ConnectionName, _ version: StoredVersion, _ workspace: Workspace
  ) -> Diagnostic {
    let document = workspace.state.manifests.first { manifest in
      manifest.documents.contains { $0.name == name }
    }
    let file = document.map { shellWord($0.file) } ?? "FILE"
    let commit = version.commit ?? "COMMIT"
    return Diagnostic(
      .manifestBehind, "git still declares what `\(name)` had before", severity: .warning,
      at: document.map { .file($0.file) },
      notes: ["the next apply would bring that back"],
      help: [
        "take the manifest of that version and look: git checkout \(commit) -- \(file) && vaultctl"
          + " plan"
      ])
  }
}
