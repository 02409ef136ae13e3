import Foundation
import Synchronization

/// The commands of one story and what each printed, in order, as a text that a person reviews.
///
/// A command is `$ …`; its standard output follows as it is, then `[stderr]` and standard error, then
/// `[exit N]` where that is not 0. A text whose last line has no end is marked `[no newline at end]`,
/// and control characters are written as `\u{1B}`.
package final class Transcript: Sendable {
  private let entries = Mutex<[String]>([])

  package init() {}

  /// - Parameter command: the program and its arguments.
  package func record(_ command: [String], input: String = "", _ finished: Finished) {
    var entry = "$ " + command.map(Self.shellWord).joined(separator: " ")
    if !input.isEmpty { entry += " <<< " + Self.shellWord(input) }
    entry += "\n" + Self.lines(finished.text)
    if !finished.errors.isEmpty { entry += "[stderr]\n" + Self.lines(finished.errorText) }
    if finished.status != 0 { entry += "[exit \(finished.status)]\n" }
    append(entry)
  }

  /// What a terminal showed.
  ///
  /// - Parameter columns: `nil` for a terminal that does not know its width.
  package func record(_ command: [String], columns: Int?, screen: String, status: Int32) {
    let width = columns == 80 ? "" : " (\(columns.map { "\($0) columns" } ?? "unknown width"))"
    append(
      "$ " + command.map(Self.shellWord).joined(separator: " ") + "\(width)\n" + Self.lines(screen)
        + (status == 0 ? "" : "[exit \(status)]\n"))
  }

  /// What a reader cannot see from the commands: an edit of a file, another keyring.
  package func note(_ text: String) { append("# \(text)\n") }

  /// A file as it is now.
  package func record(file name: String, _ text: String) {
    append("--- \(name)\n" + Self.lines(text) + "---\n")
  }

  package var text: String { entries.withLock { $0.joined(separator: "\n") } }

  private func append(_ entry: String) { entries.withLock { $0.append(entry) } }

  private static func lines(_ text: String) -> String {
    let visible = String(
      String.UnicodeScalarView(
        text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
          let isControl = scalar.properties.generalCategory == .control
          guard isControl, scalar != "\n" else { return [scalar] }
          return Array("\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        }))
    if visible.isEmpty || visible.hasSuffix("\n") { return visible }
    return visible + "\n[no newline at end]\n"
  }

  private static func shellWord(_ text: String) -> String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+~"
    if !text.isEmpty, text.allSatisfy(plain.contains) { return text }
    let escaped = text.replacingOccurrences(of: "\n", with: "\\n")
    guard escaped == text else { return "$'" + escaped.replacing("'", with: "\\'") + "'" }
    return "'" + text.replacing("'", with: #"'\''"#) + "'"
  }
}
