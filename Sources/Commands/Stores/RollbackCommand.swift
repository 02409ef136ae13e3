import ArgumentParser
import Diagnostics
import Manifests
import Model
import Stores

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

  func validate() throws {
    try NumberLimit.lockTimeout.validate(lockTimeout, of: "--lock-timeout")
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    let name = try ConnectionName(argument: name)
    let version = StoreVersion(to)
    let kept = try await session.versions(of: name)
    guard let history = session.store.history,
      let wanted = kept.first(where: { $0.version == version })
    else {
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
        try await history.rollBack(name, to: version, by: session.provenance())
      }
    }
    console.result(
      "Rolled back `\(name)` to version \(version); that is version \(record.version) now.\n")
    console.report([.gitIsBehind(name, wanted, workspace)])
    return .fine
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
