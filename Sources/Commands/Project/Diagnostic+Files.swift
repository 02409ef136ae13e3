package import Diagnostics
package import Files
import Foundation

extension POSIXError {
  init(_ error: SystemError) { self.init(POSIXErrorCode(rawValue: error.number) ?? .EIO) }
}

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

  package init(_ fault: RegularFile.Fault, _ file: String) {
    self =
      switch fault {
      case .missing: .missing(file)
      case .link: .symbolicLink(file)
      case .notRegular: .notRegularFile(file)
      case .tooLarge(let bytes, let limit): .tooLarge(file, bytes: bytes, limit: limit)
      case .changed:
        Diagnostic(
          .unreadableFile, "`\(file)` changed while it was read", at: .file(file),
          help: ["run the command again"])
      case .system(let number):
        .unreadable(file, POSIXError(SystemError(number)))
      }
  }

  /// What a source has instead of a file; `nil` for a file.
  package init?(_ entry: SourceEntry) {
    switch entry.kind {
    case .file: return nil
    case .link: self = .symbolicLink(entry.path)
    case .special: self = .notRegularFile(entry.path)
    case .repository: self = .nestedRepository(entry.path)
    }
  }

  static func tooLarge(_ file: String, bytes: Int, limit: Int) -> Diagnostic {
    Diagnostic(
      .fileTooLarge, "`\(file)` is larger than \(limit) bytes", at: .file(file),
      notes: ["it has \(bytes) bytes"],
      help: [
        "split it into several files, or move it out of the folder if it is no part of the project"
      ])
  }

  private static func symbolicLink(_ file: String) -> Diagnostic {
    Diagnostic(
      .symbolicLink, "`\(file)` is a symbolic link", at: .file(file),
      notes: [
        "a link is not followed: what it leads to can change without a change that a review shows"
      ],
      help: ["replace the link with what it leads to, or list that folder in \(projectFile)"])
  }

  private static func notRegularFile(_ file: String) -> Diagnostic {
    Diagnostic(
      .notRegularFile, "`\(file)` is not a regular file", at: .file(file),
      notes: ["it is a folder, a FIFO, a socket or a device"], help: ["remove it"])
  }

  private static func nestedRepository(_ file: String) -> Diagnostic {
    Diagnostic(
      .nestedRepository, "`\(file)` is a repository of its own", at: .file(file),
      notes: [
        "git keeps only the commit of a submodule here, so a diff of this repository does not show its files"
      ],
      help: ["add its files to this repository"])
  }

  private static let projectFile = "vaultctl.yaml"
}
