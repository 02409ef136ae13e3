import Diagnostics
import Files
import Foundation
import Secrets

/// A value in a private file, for the user's editor. It can be edited several times until `end`.
struct ValueEditor {
  private let folder: PrivateFolder
  private let editor: EditorProcess
  private let path: String
  /// Editors end a file with a line break; it is kept only if the value had one before.
  private let lastBreak: SecretInput.LastBreak

  /// - Parameter old: the present value; `nil` begins with an empty file.
  init(_ old: SecretBytes?) throws {
    let folder = try PrivateFolder(for: .edit)
    self.folder = folder
    // From here on, every signal removes the folder.
    editor = EditorProcess { folder.remove() }
    let endedWithBreak = old?.withBytes { $0.count > 0 && $0[$0.count - 1] == 0x0A }
    lastBreak = endedWithBreak.map { $0 ? .kept : .dropped } ?? .keptAfterLines
    do {
      path = try folder.write(old ?? SecretBytes(copying: []), to: "value", mode: 0o600)
    } catch {
      folder.remove()
      editor.end()
      throw error
    }
  }

  /// The file is wiped, and everything beside it.
  func end() {
    folder.remove()
    editor.end()
  }

  /// Runs the editor.
  func succeeds() throws -> Bool { try editor.edit(path) }

  /// The value as the editor left it.
  func value() throws -> SecretBytes {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Diagnostic(
        .unreadableFile, "the edited file cannot be read",
        notes: [SystemError(errno).description])
    }
    defer { close(descriptor) }
    do throws(SecretInput.Fault) {
      return try SecretInput.read(descriptor, lastBreak: lastBreak)
    } catch {
      throw Diagnostic(error, source: "the edited file")
    }
  }
}
