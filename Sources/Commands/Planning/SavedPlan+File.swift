import Diagnostics
import Files
import Foundation
package import Planning

extension SavedPlan {
  package static func read(_ file: String) throws -> SavedPlan {
    let bytes = try NamedFile(file, limit: FileLimit.plan).bytes()
    return try SavedPlan(reading: Data(bytes), from: file)
  }

  /// Whether a name that may be a connection's as well is a saved plan's.
  static func isPlan(_ file: String) -> Bool {
    guard NamedFile.isPlan(file), let bytes = try? NamedFile(file, limit: FileLimit.plan).bytes()
    else { return false }
    return isPlan(Data(bytes))
  }

  /// Before a plan is made that could not be saved.
  ///
  /// - Throws: if a file of this name is neither a saved plan nor empty. What is no ordinary file is
  ///   refused when it is written.
  static func requireReplaceable(_ file: String) throws {
    do throws(RegularFile.Fault) {
      let bytes = try RegularFile(limit: FileLimit.plan).bytes(file)
      if bytes.isEmpty || isPlan(Data(bytes)) { return }
    } catch {
      switch error {
      case .missing, .link, .notRegular: return
      case .tooLarge, .changed, .system: throw Diagnostic(error, file)
      }
    }
    throw Diagnostic(
      .alreadyExists, "`\(file)` exists and is not a saved plan", at: .file(file),
      notes: ["it was not changed"], help: ["choose another name: --out it.plan"])
  }

  /// Atomically, and never readable by another user: a plan names connections, accounts and labels.
  ///
  /// - Throws: if the file exists and is no saved plan.
  package func write(to file: String) throws {
    try Self.requireReplaceable(file)
    try PrivateFile(file).replace(with: Array(try text().utf8))
  }
}
