import Crypto
import Diagnostics
import Encodings
import Files
import Foundation
import Manifests

/// What the user approved on this machine: one file for each project, outside of every work tree.
struct TrustRecords {
  private let root: String
  private let folder: String

  /// - Parameter root: the project's folder.
  init(root: String, environment: [String: String]) {
    self.root = RealPath.of(root)
    folder = StateFolder(environment: environment).path + "/trust"
  }

  /// The record of a project at this path with this id or name; `nil` if there is none.
  ///
  /// - Throws: if another user could have written it.
  func record(of settings: SettingsTree) throws -> TrustRecord? {
    let path = path(of: settings)
    let bytes: Data?
    do throws(StateFolder.Unsafe) {
      bytes = try StateFolder.bytes(path)
    } catch {
      throw Failure(.unsafeRecord(path))
    }
    guard let bytes else { return nil }
    try requireOutside()
    return try? JSONDecoder().decode(TrustRecord.self, from: bytes)
  }

  func write(_ record: TrustRecord, of settings: SettingsTree) throws {
    try requireOutside()
    let path = path(of: settings)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let bytes: Data
    do {
      try StateFolder.makeFolder(of: path)
      bytes = try encoder.encode(record)
    } catch {
      throw Failure(.unwritable(path, error))
    }
    do throws(Diagnostic) {
      try PrivateFile(path).replace(with: Array(bytes))
    } catch {
      throw Failure(error)
    }
  }

  /// Keeps an approval when a command that the user ran gave the project another id or name.
  ///
  /// - Parameters:
  ///   - old: the settings before. If they were not approved, or changed since, nothing happens.
  ///   - new: the settings now.
  func follow(from old: SettingsTree, to new: SettingsTree) throws {
    let files = CommandFiles(root: root)
    guard try record(of: old)?.digest == files.digest(of: old) else { return }
    try write(TrustRecord(new, digest: files.digest(of: new), root: root), of: new)
    if old.identity != new.identity { _ = try remove(of: old) }
  }

  /// - Returns: whether there was one.
  func remove(of settings: SettingsTree) throws -> Bool {
    let path = path(of: settings)
    guard unsafe unlink(path) == 0 else {
      if errno == ENOENT { return false }
      throw Failure(.unwritable(path, POSIXError(SystemError(errno))))
    }
    return true
  }

  private func path(of settings: SettingsTree) -> String {
    let name = hexadecimal(SHA256.hash(data: Array("\(root)\0\(settings.identity)".utf8)))
    return "\(folder)/\(name).json"
  }

  /// A record inside the project's repository could come with it.
  private func requireOutside() throws {
    let tree = GitHead.repository(above: root) ?? root
    // The folder may not exist yet, but those above it do.
    var existing = folder
    while !FileManager.default.fileExists(atPath: existing), existing.count > 1 {
      existing = URL(fileURLWithPath: existing).deletingLastPathComponent().path
    }
    let real = RealPath.of(existing) + "/"
    if real.hasPrefix(tree + "/") || real.hasPrefix(root + "/") {
      throw Failure(.recordInProject(folder))
    }
  }
}

extension Diagnostic {
  fileprivate static func unsafeRecord(_ path: String) -> Diagnostic {
    Diagnostic(
      .trustNotRecorded, "`\(path)` could have been written by another user",
      notes: ["it must be a file of yours with mode 0600"],
      help: ["remove it, then approve the project again: rm \(shellWord(path)) && vaultctl trust"])
  }

  fileprivate static func recordInProject(_ folder: String) -> Diagnostic {
    Diagnostic(
      .trustNotRecorded, "`\(folder)` is inside the project's work tree",
      notes: ["approvals there could come with the repository"],
      help: ["set XDG_STATE_HOME to a folder outside of it"])
  }
}
