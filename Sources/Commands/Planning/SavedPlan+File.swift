import Diagnostics
import Foundation
import Planning

extension SavedPlan {
  static func read(_ file: String) throws -> SavedPlan {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw Diagnostic.unreadable(file, error)
    }
    return try SavedPlan(reading: bytes, from: file)
  }

  /// At once: whoever reads sees the old file or the new.
  func write(to file: String) throws {
    do {
      try Data(try text().utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw Diagnostic(
        .unreadableFile, "cannot write `\(file)`", at: .file(file),
        notes: [(error as NSError).localizedDescription])
    }
  }
}
