import Diagnostics
import Foundation
package import Planning

extension SavedPlan {
  package static func read(_ file: String) throws -> SavedPlan {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw Diagnostic.unreadable(file, error)
    }
    return try SavedPlan(reading: bytes, from: file)
  }

  /// Atomically, and never readable by another user: a plan names connections, accounts and labels.
  package func write(to file: String) throws {
    try PrivateFile(file).replace(with: Array(try text().utf8))
  }
}
