import Diagnostics
import Foundation
import Manifests
import Processes

/// A password store, whose entries `pass` itself opens, from PATH.
struct PassStore {
  /// A folder of folders and files `NAME.gpg` (pass(1)).
  private let folder: String

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let home = environment["HOME"] ?? NSHomeDirectory()
    folder =
      environment["PASSWORD_STORE_DIR"].flatMap { $0.isEmpty ? nil : $0 }
      ?? "\(home)/.password-store"
  }

  /// The entries of these names, and those in folders of these names; `.` is the whole store.
  ///
  /// - Returns: what was read, and what `pass` could not open.
  /// - Throws: if there is no such entry or folder, or no `pass`.
  func contents(
    of names: [String]
  ) throws -> (data: ImportedData, unread: [(name: String, reason: String)]) {
    let chosen = Set(try names.flatMap { try entries(named: $0) }).sorted()
    var opened: [(name: String, data: ImportedData)] = []
    var unread: [(name: String, reason: String)] = []
    for entry in chosen {
      let finished = try shown(entry)
      if finished.status != 0 {
        let words = String(decoding: finished.errors, as: UTF8.self).split(separator: "\n")
        unread.append((entry, words.last.map { "pass says: \($0)" } ?? "pass failed"))
      } else if let text = String(validating: finished.output, as: UTF8.self) {
        if let data = PassEntry(text).data {
          opened.append((entry, data))
        } else {
          unread.append((entry, "which of its lines are the value is not clear"))
        }
      } else {
        unread.append((entry, "it is not UTF-8"))
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

  private func entries(named name: String) throws -> [String] {
    let parts = name == "." ? [] : name.split(separator: "/", omittingEmptySubsequences: true)
    guard !parts.contains(where: { $0 == "." || $0 == ".." }), !name.hasPrefix("/"),
      !name.isEmpty
    else {
      throw Failure(.noEntry(name, folder))
    }
    let path = parts.joined(separator: "/")
    let isEntry = !path.isEmpty && mode(of: "\(path).gpg") == S_IFREG
    let below = mode(of: path) == S_IFDIR ? entries(in: path) : []
    if !isEntry, below.isEmpty { throw Failure(.noEntry(name, folder)) }
    return (isEntry ? [path] : []) + below
  }

  /// Links are not followed: they could lead anywhere, and in circles.
  private func entries(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)")) ?? []
    return names.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let below = path.isEmpty ? name : "\(path)/\(name)"
      switch mode(of: below) {
      case S_IFDIR: return entries(in: below)
      case S_IFREG: return below.hasSuffix(".gpg") ? [String(below.dropLast(4))] : []
      default: return []
      }
    }
  }

  private func mode(of path: String) -> mode_t? {
    var status = stat()
    guard unsafe lstat("\(folder)/\(path)", &status) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }
}

extension Diagnostic {
  fileprivate static func noEntry(_ name: String, _ folder: String) -> Diagnostic {
    Diagnostic(
      .notImported, "the password store has no entry or folder `\(name)`",
      notes: ["it is in \(folder)"], help: ["list its entries: pass ls"])
  }
}
