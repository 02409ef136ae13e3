import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import Stores

struct RollbackCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Restore an older version of a connection as a new version.",
    discussion: """
      For emergencies. The manifest in git still declares the version that was replaced, and the \
      next apply would bring it back.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @Option(help: ArgumentHelp("Version, as listed by `vaultctl history`.", valueName: "version"))
  var to: String

  @Flag(help: "Skip the confirmation prompt.")
  var autoApprove = false

  @Option(
    help: ArgumentHelp("Seconds to wait for a running apply to finish.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try NumberLimit.lockTimeout.validate(lockTimeout, of: "--lock-timeout")
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console, lockTimeout: lockTimeout)
      .session(for: workspace)
    let name = try ConnectionName(argument: name)
    let version = StoreVersion(to)
    let kept = try await session.versions(of: name)
    guard let history = session.store.history,
      let wanted = kept.first(where: { $0.version == version })
    else {
      throw Failure(.noSuchVersion(version, of: name, session.store.description))
    }
    guard autoApprove || console.confirms("Roll `\(name)` back to version \(version)?") else {
      console.note("Nothing was changed.")
      return .failed
    }
    let record = try await session.underLock(waitingAtMost: lockTimeout, console) { _ in
      try await session.mappingStoreErrors { () async throws(StoreError) in
        try await history.rollBack(name, to: version, by: session.provenance())
      }
    }
    console.result(
      "Rolled `\(name)` back to version \(version); it is now version \(record.version).\n")
    console.result(
      ActionReport([
        "connection": .text(name.rawValue), "restored_version": .text(version.rawValue),
        "version": .text(record.version.rawValue),
      ]).json)
    console.report([.gitIsBehind(name, wanted, workspace)])
    return .applied
  }
}

extension Diagnostic {
  fileprivate static func noSuchVersion(
    _ version: StoreVersion, of name: ConnectionName, _ store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .notInStore, "`\(name)` has no version \(version)",
      at: .connection(name.rawValue, store: store.description),
      help: ["list its versions: vaultctl history \(shellWord(name.rawValue))"])
  }

  /// The manifest of the commit that the version was applied from, if that is known.
  fileprivate static func gitIsBehind(
    _ name: ConnectionName, _ version: StoredVersion, _ workspace: Workspace
  ) -> Diagnostic {
    let document = workspace.state.manifests.first { manifest in
      manifest.documents.contains { $0.name == name }
    }
    let file = document.map { shellWord($0.file) } ?? "FILE"
    let commit = version.commit ?? "COMMIT"
    return Diagnostic(
      .manifestBehind, "the manifest of `\(name)` still declares the replaced version",
      severity: .warning,
      at: document.map { .file($0.file) },
      notes: ["the next apply would bring it back"],
      help: [
        "restore the manifest of that version: git checkout \(commit) -- \(file) && vaultctl"
          + " plan"
      ])
  }
}
