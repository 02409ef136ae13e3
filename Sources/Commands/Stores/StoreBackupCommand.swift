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
      the rest is encrypted. An OpenBao server and an Auth0 tenant are backed up with their own tools.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The backup, a file that does not exist.", completion: .file()) var file: String

  @Flag(help: "Check the store and its recipients; write nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  var isDryRun: Bool { dryRun }

  /// 1. The store is copied into a folder beside it, which only its owner can enter.
  /// 2. The copy is checked, and encrypted under a key that is sealed for the recipients.
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
    let count: Int
    if dryRun {
      count = try await session.mappingStoreErrors { () async throws(StoreError) in
        try await backup.check()
      }
    } else {
      let bytes: [UInt8]
      (bytes, count) = try await contents(backup, session)
      try write(bytes, count, under: key, sealed: sealed, of: session)
    }
    console.result(
      ActionReport([
        "store": .text(session.store.description.description), "file": .text(file),
        "connections": .number(count), "dry_run": .flag(dryRun),
      ]).json)
    console.done(
      "Backed up \(counted(count, "connection")) of \(session.store.description.description) to \(file)"
    )
    return .fine
  }

  /// The bytes of a checked copy, and how many connections it has.
  private func contents(
    _ backup: any StoreBackup, _ session: Session
  ) async throws -> ([UInt8], Int) {
    let copy = try await session.temporaryFile()
    defer { unsafe unlink(copy) }
    return try await session.mappingStoreErrors { () async throws(StoreError) in
      try await backup.copy(to: copy)
      let count = try await backup.check(copy)
      guard let bytes = FileManager.default.contents(atPath: copy) else {
        throw .unavailable("its copy cannot be read")
      }
      return ([UInt8](bytes), count)
    }
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

  /// A name beside the store, of a file that does not exist.
  func temporaryFile() async throws -> String {
    let folder = try await mappingStoreErrors { () async throws(StoreError) in
      try await backupFolder()
    }
    return "\(folder)/backup-\(UUID().uuidString)"
  }

  private func backupFolder() async throws(StoreError) -> String {
    guard let backup = store.backup else { throw .unavailable("it is not one file") }
    return try await backup.folder()
  }
}

extension Diagnostic {
  static func backupExists(_ file: String) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "`\(file)` already exists", at: .file(file), notes: ["it was not changed"],
      help: ["choose another name"])
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
