import Crypto
import Encodings
import Foundation
import Manifests

/// The files of a project that its settings run: `credentialsCommand: [ci/login]`. A branch that
/// changes such a file changes what runs, though no setting differs.
struct CommandFiles {
  private let files: ProjectFiles

  init(root: String) { files = ProjectFiles(root: root) }

  /// The regular files that words of lists name, relative to the project's root. A command is a list,
  /// and what a shell is given is searched as well.
  func paths(in settings: SettingsTree) -> [String] {
    let words = settings.needingTrust.flatMap { setting in
      setting.value.listedTexts.flatMap { text in
        [text] + text.split { " \t\n'\"`;|&()<>=$,".contains($0) }.map(String.init)
      }
    }
    return Set(words.compactMap(path)).sorted()
  }

  /// `nil` if no file of the project has that name.
  private func path(_ word: String) -> String? {
    let full = URL(fileURLWithPath: word, relativeTo: URL(fileURLWithPath: files.root + "/"))
      .standardizedFileURL.path
    guard full.hasPrefix(files.root + "/") else { return nil }
    var status = stat()
    guard unsafe stat(full, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return String(full.dropFirst(files.root.count + 1))
  }

  func bytes(_ path: String) throws -> [UInt8] { try files.read(path) }

  /// The digest that an approval of these settings names.
  func digest(of settings: SettingsTree) throws -> String {
    let digests = try paths(in: settings).map { path in
      (path, hexadecimal(SHA256.hash(data: try bytes(path))))
    }
    let text = settings.canonicalText(files: Dictionary(digests) { first, _ in first })
    return "sha256:" + hexadecimal(SHA256.hash(data: text))
  }
}
