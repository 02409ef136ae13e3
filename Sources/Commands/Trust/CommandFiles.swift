import Crypto
import Diagnostics
import Encodings
import Files
import Foundation
import Manifests

/// The files of a project that its settings run, `credentialsCommand: [ci/login]`, or trust,
/// `caFile: ca.pem`. A branch that changes such a file changes what runs, or which servers are trusted,
/// though no setting differs.
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
    let authorities = settings.needingTrust.compactMap { setting -> String? in
      guard setting.path.keys.last == "caFile", case .text(let path) = setting.value else {
        return nil
      }
      return path
    }
    return Set((words + authorities).flatMap(paths)).sorted()
  }

  /// A file of the project with that name, and what it links to, if that is in the project.
  private func paths(_ word: String) -> [String] {
    let full = URL(fileURLWithPath: word, relativeTo: URL(fileURLWithPath: files.root + "/"))
      .standardizedFileURL.path
    var status = stat()
    guard unsafe stat(full, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    func below(_ path: String, _ root: String) -> String? {
      path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : nil
    }
    return [
      below(full, files.root), below(RealPath.of(full), RealPath.of(files.root)),
    ].compactMap { $0 }
  }

  /// A link's target is a path of its own, so the link may be followed.
  func bytes(_ path: String) throws -> [UInt8] {
    do throws(RegularFile.Fault) {
      return try RegularFile(limit: FileLimit.program, links: .followed).bytes(files.path(path))
    } catch {
      throw Diagnostic(error, path)
    }
  }

  /// The digest that an approval of these settings names.
  func digest(of settings: SettingsTree) throws -> String {
    let digests = try paths(in: settings).map { path in
      (path, hexadecimal(SHA256.hash(data: try bytes(path))))
    }
    let text = settings.canonicalText(files: Dictionary(digests) { first, _ in first })
    return "sha256:" + hexadecimal(SHA256.hash(data: text))
  }
}
