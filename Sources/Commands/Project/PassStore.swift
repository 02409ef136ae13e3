import Diagnostics
import Files
import Foundation
import Manifests
import Processes

/// A password store, whose entries `pass` itself opens, from PATH.
struct PassStore {
  /// A folder of folders and files `NAME.gpg` (pass(1)).
  private let folder: String

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    folder =
      environment.nonEmpty("PASSWORD_STORE_DIR")
      ?? "\(environment.nonEmpty("HOME") ?? NSHomeDirectory())/.password-store"
  }

  /// The entries of these names, and those in folders of these names; `.` is the whole store.
  ///
  /// - Returns: what was read, and what was not: entries that `pass` did not open, and folders.
  /// - Throws: if there is no such entry or folder, or no `pass`.
  func contents(
    of names: [String]
  ) throws -> (data: ImportedData, unread: [(what: String, reason: String)]) {
    var listing = Listing()
    for name in names { try add(name, to: &listing) }
    var opened: [(name: String, data: ImportedData)] = []
    var unread = listing.unread.sorted { $0.key < $1.key }.map { (what: $0.key, reason: $0.value) }
    for entry in listing.entries.sorted().map(\.text) {
      let what = "the entry `\(entry)`"
      let finished = try shown(entry)
      if finished.status != 0 {
        let words = String(decoding: finished.errors, as: UTF8.self).split(separator: "\n")
        unread.append((what, words.last.map { "pass says: \($0)" } ?? "pass failed"))
      } else if let text = String(validating: finished.output, as: UTF8.self) {
        if let data = PassEntry(text).data {
          opened.append((entry, data))
        } else {
          unread.append((what, "which of its lines are the value is not clear"))
        }
      } else {
        unread.append((what, "it is not UTF-8"))
      }
    }
    return (ImportedData(entries: opened), unread)
  }

  private func shown(_ entry: String) throws -> ChildProcess.Finished {
    do throws(ChildProcess.NotStarted) {
      return try ChildProcess.run(["pass", "show", "--", entry], input: [])
    } catch {
      throw Failure(
        Diagnostic(
          .notImported, "`pass` was not started: \(error.reason)",
          help: ["install it, then import again"]))
    }
  }

  // MARK: Names

  private struct Listing {
    var entries: Set<ExactText> = []
    /// The reasons, by what could not be looked at.
    var unread: [String: String] = [:]

    var isEmpty: Bool { entries.isEmpty && unread.isEmpty }
  }

  private func add(_ name: String, to listing: inout Listing) throws {
    let parts = name == "." ? [] : name.split(separator: "/", omittingEmptySubsequences: true)
    guard !parts.contains(where: { $0 == "." || $0 == ".." }), !name.hasPrefix("/"),
      !name.isEmpty
    else {
      throw Failure(.noEntry(name, folder))
    }
    let path = parts.joined(separator: "/")
    var found = Listing()
    if !path.isEmpty, kind(of: "\(path).gpg", &found) == .file {
      found.entries.insert(ExactText(path))
    }
    if kind(of: path, &found) == .folder { addEntries(in: path, to: &found) }
    if found.isEmpty { throw Failure(.noEntry(name, folder)) }
    listing.entries.formUnion(found.entries)
    listing.unread.merge(found.unread) { $1 }
  }

  private func addEntries(in path: String, to listing: inout Listing) {
    let names: [String]
    do {
      names = try FolderListing.names(in: "\(folder)/\(path)") ?? []
    } catch {
      listing.unread["the folder `\(path.isEmpty ? "." : path)`"] = Self.words(error)
      return
    }
    for name in names where !name.hasPrefix(".") {
      let below = path.isEmpty ? name : "\(path)/\(name)"
      switch kind(of: below, &listing) {
      case .folder: addEntries(in: below, to: &listing)
      case .file:
        if below.hasSuffix(".gpg") { listing.entries.insert(ExactText(String(below.dropLast(4)))) }
      case .other, nil: break
      }
    }
  }

  private enum Kind { case folder, file, other }

  /// Links are not followed: they could lead anywhere, and in circles. One in place of an entry or a folder is
  /// reported.
  ///
  /// - Returns: `nil` if nothing has this name, or it cannot be looked at.
  private func kind(of path: String, _ listing: inout Listing) -> Kind? {
    var status = stat()
    guard unsafe lstat("\(folder)/\(path)", &status) == 0 else {
      let number = errno
      if ![ENOENT, ENOTDIR].contains(number) {
        listing.unread["`\(path.isEmpty ? "." : path)`"] = Self.words(
          POSIXError(SystemError(number)))
      }
      return nil
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: break
    }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    let reason =
      isLink ? "it is a symbolic link, which is not followed" : "it is not an ordinary file"
    if path.hasSuffix(".gpg") {
      listing.unread["the entry `\(path.dropLast(4))`"] = reason
    } else if isLink, NamedFile.isFolder("\(folder)/\(path)") {
      listing.unread["the folder `\(path)`"] = reason
    }
    return .other
  }

  private static func words(_ error: any Error) -> String {
    (error as NSError).localizedDescription
  }
}

extension Diagnostic {
  fileprivate static func noEntry(_ name: String, _ folder: String) -> Diagnostic {
    Diagnostic(
      .notImported, "the password store has no entry or folder `\(name)`",
      notes: ["it is in \(folder)"], help: ["list its entries: pass ls"])
  }
}
