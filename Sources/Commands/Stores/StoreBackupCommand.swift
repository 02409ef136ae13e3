import Applying
import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import Pacing
import Reports
import Secrets
import Stores

struct StoreBackupCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Write a backup of the embedded store, sealed for its recipients.",
    discussion: """
      The backup shows one moment, even if others apply meanwhile. Its first line says what is in it, as JSON; \
      the rest is encrypted. Every secret, token and version is opened first, and a damaged store is not \
      backed up; where no key opens the store, only its file is checked. An OpenBao server and an Auth0 tenant are backed up with their own tools.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The backup, a file that does not exist.", completion: .file()) var file: String

  @Flag(help: "Check the store and its recipients; write nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  var isDryRun: Bool { dryRun }

  /// 1. The store is copied into a folder beside it, which only its owner can enter.
  /// 2. The copy is checked: its file, and its contents if a key that opens them is here; then it is
  ///    encrypted under a key that is sealed for the recipients.
  /// 3. The backup is written; it replaces nothing.
  func carryOut(_ console: Console) async throws -> Outcome {
    if FileManager.default.fileExists(atPath: file) { throw Failure(.backupExists(file)) }
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    let backup = try session.backup()
    let key = StoreKey.random()
    let protection = session.stores.protection(.backup)
    let sealed = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await protection.sealKey(key)
    }
    let checked: Checked
    if dryRun {
      checked = try await check(nil, backup, session)
    } else {
      let bytes: [UInt8]
      (bytes, checked) = try await contents(backup, session)
      try write(bytes, checked.connections, under: key, sealed: sealed, of: session)
    }
    let count = checked.connections
    if let doubt = checked.doubt { console.note("Only its file was checked: \(doubt)") }
    console.result(
      ActionReport([
        "store": .text(session.store.description.description), "file": .text(file),
        "connections": .number(count), "verified": .flag(checked.doubt == nil),
        "dry_run": .flag(dryRun),
      ]).json)
    console.done(
      "Backed up \(counted(count, "connection")) of \(session.store.description.description) to \(file)"
    )
    return .fine
  }

  private struct Checked {
    let connections: Int
    /// Why its contents were not checked; `nil` if they were.
    let doubt: String?
  }

  /// The bytes of a checked copy.
  private func contents(
    _ backup: any StoreBackup, _ session: Session
  ) async throws -> ([UInt8], Checked) {
    let folder = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await backup.makeCopyFolder(removingAbandoned: true)
    }
    defer { folder.remove() }
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await backup.copy(to: folder.file)
    }
    let size = try FileManager.default.attributesOfItem(atPath: folder.file)[.size] as? Int ?? 0
    guard FileLimit.allowsBackup(ofStore: size) else {
      throw Failure(.tooLarge(session.store.description))
    }
    let checked = try await check(folder.file, backup, session)
    guard let bytes = FileManager.default.contents(atPath: folder.file) else {
      throw Failure(
        Diagnostic(.unavailable("its copy cannot be read"), in: session.store.description))
    }
    return ([UInt8](bytes), checked)
  }

  /// - Parameter path: of a copy; `nil` for the store itself.
  private func check(
    _ path: String?, _ backup: any StoreBackup, _ session: Session
  ) async throws -> Checked {
    let (count, content) = try await session.mappingStoreErrors { () async throws(StoreError) in
      let count =
        if let path { try await backup.check(path) } else { try await backup.check() }
      return (count, try await backup.contentCheck(of: path))
    }
    if !content.faults.isEmpty {
      throw Failure(content.faults.map { Diagnostic($0, in: session.store.description) })
    }
    // A damaged key is none that only others can open.
    if content.doubt != nil { _ = try await session.storeKeyMessage(isOffline: false) }
    return Checked(connections: count, doubt: content.doubt)
  }

  private func write(
    _ bytes: [UInt8], _ count: Int, under key: SecretBytes, sealed: String, of session: Session
  ) throws {
    let workspace = session.workspace
    let header = BackupArchive.Header(
      project: workspace.project.name, projectID: workspace.project.id?.rawValue ?? "",
      environment: workspace.environment?.id, store: session.store.description.description,
      createdAt: session.runtime.now().description, toolVersion: Program.version,
      connections: count, size: bytes.count, key: sealed)
    try PrivateFile(file).create(with: BackupArchive.bytes(of: bytes, header, key: key))
  }
}

extension Session {
  /// - Throws: if the store is not one file.
  func backup() throws -> any StoreBackup {
    guard let backup = store.backup else { throw Failure(.notOneFile(store.description)) }
    return backup
  }
}

extension Diagnostic {
  static func backupExists(_ file: String) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "`\(file)` already exists", at: .file(file), notes: ["it was not changed"],
      help: ["choose another name"])
  }

  fileprivate static func tooLarge(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .storeRefused, "\(store) is too large for a backup that can be restored",
      notes: ["a backup is at most \(FileLimit.backup >> 30) GiB"],
      help: [
        "copy its file with SQLite's tool, which shows one moment; its secrets stay sealed:"
          + " sqlite3 \(shellWord(store.location)) '.backup COPY'"
      ])
  }

  fileprivate static func notOneFile(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .storeRefused, "\(store) is not backed up by vaultctl",
      help: [
        store.type == "openbao"
          ? "use its own snapshots: bao operator raft snapshot save FILE"
          : "its secrets cannot be read; the manifests in git are their backup"
      ])
  }
}
