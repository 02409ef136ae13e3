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

  /// Atomically: a reader sees the old file or the new one.
  package func write(to file: String) throws {
    do {
      try Data(try text().utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw Diagnostic.unwritable(file, error)
    }
  }
}
