import Diagnostics
import Foundation
package import Planning

extension SavedPlan {
  package static func read(_ file: String) throws -> SavedPlan {
    let bytes = try NamedFile(file, limit: FileLimit.plan).bytes()
    return try SavedPlan(reading: Data(bytes), from: file)
  }

  /// Atomically, and never readable by another user: a plan names connections, accounts and labels.
  package func write(to file: String) throws {
    try PrivateFile(file).replace(with: Array(try text().utf8))
  }
}
