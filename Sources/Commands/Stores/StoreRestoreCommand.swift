import Applying
import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import Reports
import Secrets
import Stores

struct StoreRestoreCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Restore the embedded store from a backup.",
    discussion: """
      The store must not exist: move it away first, so that nothing is overwritten. A store that is not what \
      was applied is not restored. With --to, it is written to another file as it is, to look at it.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The backup.", completion: .file()) var file: String

  @Option(
    help: ArgumentHelp("Write the store to this file, which does not exist.", valueName: "file"),
    completion: .file())
  var to: String?

  @Flag(help: "Check the backup, and say what would be restored; write nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  var isDryRun: Bool { dryRun }

  /// 1. The backup must be this project's and environment's, and open with a key that is here.
  /// 2. What it holds is written beside the store and checked: its file, and its contents if a key that opens
  ///    them is here.
  /// 3. It becomes the store, or the file.
  /// 4. If the project was renamed since, the store's own key is sealed for its present name.
  func carryOut(_ console: Console) async throws -> Outcome {
    if let to, FileManager.default.fileExists(atPath: to) { throw Failure(.backupExists(to)) }
    let workspace = try Workspace.load(global)
    try workspace.requireTrust()
    let archive = try read()
    let name = archive.header.project
    let previousName = name == workspace.project.name ? nil : name
    let session = try SessionFactory(console: console, previousProjectName: previousName)
      .session(for: workspace)
    let backup = try session.backup()
    try requireOwn(archive.header, workspace)
    let protection = session.stores.protection(.backup, previousProjectName: previousName)
    let key = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await protection.openKey(archive.header.key)
    }
    let bytes = try opened(archive, key)
    if let to {
      if !dryRun { try PrivateFile(to).create(with: bytes) }
      console.result(report(archive.header, session))
      console.done("Wrote \(to)")
      if let previousName {
        console.note("Its key is sealed for the project's previous name, `\(previousName)`.")
      }
      return .fine
    }
    do throws(StoreError) {
      try await backup.requireVacancy()
    } catch {
      throw failure(error, session)
    }
    let doubt = try await install(bytes, backup, session)
    if let doubt { console.note("Only its file was checked: \(doubt)") }
    console.result(report(archive.header, session, isVerified: doubt == nil))
    console.done(restored(archive.header))
    if let previousName, !dryRun { try await sealKey(of: session, from: previousName, console) }
    if !dryRun {
      console.note("See what changed since the backup: \(session.command("plan"))")
      await warnOfRotatedTokens(session, console)
    }
    return .fine
  }

  /// The one who presents a refresh token that was replaced is taken for a thief by services that rotate
  /// them (RFC 9700, section 4.14.2).
  private func warnOfRotatedTokens(_ session: Session, _ console: Console) async {
    // What cannot be read is an error of the next command; the store is restored.
    let records = (try? await session.store.tokens?.tokenRecords()) ?? [:]
    let count = records.values.count { $0.record.tokens?.refresh != nil }
    if count == 0 { return }
    console.note(
      """
      \(counted(count, "connection")) with a refresh token as of the backup. One that was rotated since is not \
      in it, and a service may end the whole authorization when it is presented the old one.
      before anything renews: \(session.command("tokens list")), and for such a service: \
      \(session.command("authorize")) NAME
      """)
  }

  /// - Parameter previousName: that the key of the restored store is sealed for.
  private func sealKey(
    of session: Session, from previousName: String, _ console: Console
  ) async throws {
    let workspace = session.workspace
    do {
      try await session.sealStoreKeyAgain(console)
    } catch {
      console.note(
        "The store is restored. Seal its key for the project's name: vaultctl rename-project"
          + " \(shellWord(previousName)) \(shellWord(workspace.project.name))")
      throw Failure(error, outcome: .partly)
    }
    console.done("Sealed the store's key for `\(workspace.project.name)`")
  }

  /// - Returns: why its contents were not checked; `nil` if they were.
  private func install(
    _ bytes: [UInt8], _ backup: any StoreBackup, _ session: Session
  ) async throws -> String? {
    let folder = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await backup.makeCopyFolder(removingAbandoned: !dryRun)
    }
    defer { folder.remove() }
    try PrivateFile(folder.file).create(with: bytes)
    let content: StoreContentCheck
    do throws(StoreError) {
      _ = try await backup.check(folder.file)
      content = try await backup.contentCheck(of: folder.file)
      if content.faults.isEmpty, !dryRun { try await backup.install(folder.file) }
    } catch {
      throw failure(error, session)
    }
    if content.faults.isEmpty { return content.doubt }
    throw Failure(content.faults.map { .changed(file, $0) })
  }

  /// - Parameter isVerified: whether what was applied is in it; `nil` if that was not checked.
  private func report(
    _ header: BackupArchive.Header, _ session: Session, isVerified: Bool? = nil
  ) -> JSONReport {
    ActionReport([
      "store": .text(session.store.description.description), "file": to.map { .text($0) },
      "connections": .number(header.connections), "created_at": .text(header.createdAt),
      "verified": isVerified.map { .flag($0) }, "dry_run": .flag(dryRun),
    ]).json
  }

  private func failure(_ error: StoreError, _ session: Session) -> Failure {
    if case .refused = error { return Failure(.storeExists(session.store.description)) }
    return Failure(Diagnostic(error, in: session.store.description))
  }

  private func restored(_ header: BackupArchive.Header) -> TerminalText {
    "Restored \(counted(header.connections, "connection")) as of \(header.createdAt)"
  }

  private func read() throws -> BackupArchive {
    let bytes = try NamedFile(file, limit: FileLimit.backup).bytes()
    do throws(BackupArchive.Fault) {
      return try BackupArchive(bytes)
    } catch {
      throw Failure(.unusable(file, error))
    }
  }

  private func opened(_ archive: BackupArchive, _ key: SecretBytes) throws -> [UInt8] {
    do throws(BackupArchive.Fault) {
      return try archive.opened(with: key)
    } catch {
      throw Failure(.unusable(file, error))
    }
  }

  private func requireOwn(_ header: BackupArchive.Header, _ workspace: Workspace) throws {
    guard header.projectID == workspace.project.id?.rawValue,
      header.environment == workspace.environment?.id
    else {
      throw Failure(.ofAnother(file, header))
    }
  }
}

extension Diagnostic {
  fileprivate static func storeExists(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "\(store) already exists", notes: ["it was not changed"],
      help: ["move its files away first, or look at the backup: --to FILE"])
  }

  fileprivate static func unusable(_ file: String, _ fault: BackupArchive.Fault) -> Diagnostic {
    let what =
      switch fault {
      case .notABackup: "is not a backup of vaultctl"
      case .newerFormat(let version): "was written by a newer vaultctl (format \(version))"
      case .damaged: "is damaged: it was changed or cut off"
      }
    return Diagnostic(.backupDamaged, "`\(file)` \(what)", at: .file(file))
  }

  fileprivate static func changed(_ file: String, _ fault: ContentFault) -> Diagnostic {
    Diagnostic(
      .backupDamaged,
      fault.name.map { "`\($0)` in `\(file)` is not what was applied" }
        ?? "the store in `\(file)` is not what was applied",
      at: .file(file), notes: [fault.reason, "nothing was restored"],
      help: [
        "restore an earlier backup",
        "or write this one to another file, to look at it: vaultctl store restore"
          + " \(shellWord(file)) --to FILE",
      ])
  }

  fileprivate static func ofAnother(
    _ file: String, _ header: BackupArchive.Header
  ) -> Diagnostic {
    let environment = header.environment.map { ", environment `\($0)`" } ?? ""
    return Diagnostic(
      .backupDamaged, "`\(file)` is a backup of another store", at: .file(file),
      notes: ["it belongs to project `\(header.project)`\(environment)"],
      help: ["restore it in its own project, with the --env that it was made with"])
  }
}
