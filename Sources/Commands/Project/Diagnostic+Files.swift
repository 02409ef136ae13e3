package import Diagnostics
import Foundation

extension Diagnostic {
  package static func unreadable(_ file: String, _ error: any Error) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "cannot read `\(file)`", at: .file(file),
      notes: [(error as NSError).localizedDescription])
  }

  package static func unwritable(_ file: String, _ error: any Error) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "cannot write `\(file)`", at: .file(file),
      notes: [(error as NSError).localizedDescription])
  }

  package static func missing(_ file: String) -> Diagnostic {
    Diagnostic(.unreadableFile, "`\(file)` does not exist", at: .file(file))
  }
}
