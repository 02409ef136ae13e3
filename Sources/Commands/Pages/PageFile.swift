import Diagnostics
import Foundation
import Pages

/// The file that a report is written to.
struct PageFile {
  let path: String
  private let folder: String

  /// What is read of a file to see whether vaultctl made it, in bytes.
  private static let limit = 256 << 20

  init(folder: String) {
    self.folder = folder
    path = folder.hasSuffix("/") ? "\(folder)index.html" : "\(folder)/index.html"
  }

  /// Before anything is read for a page that could not be written.
  ///
  /// - Throws: if there is another file of this name, such as a site's own page.
  func requireReplaceable() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let bytes = try NamedFile(path, limit: Self.limit).bytes()
    if bytes.isEmpty || bytes.starts(with: VaultPage.beginning.utf8) { return }
    throw Failure(
      Diagnostic(
        .alreadyExists, "`\(path)` exists and is not a vault page", at: .file(path),
        notes: ["it was not changed"], help: ["choose another folder: --out vault-page"]))
  }

  /// Atomically, and never readable by another user: a page names connections, accounts and labels.
  func replace(with page: VaultPage) throws {
    try OutputFolder(folder).create()
    try PrivateFile(path).replace(with: Array(page.html.utf8))
  }
}
