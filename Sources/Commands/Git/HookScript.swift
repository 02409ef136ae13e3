import Diagnostics

/// A pre-commit hook of nothing but our own lines: one check per project of the repository.
package struct HookScript {
  private static let head = ["#!/bin/sh", "# Written by: vaultctl hooks install"]
  /// As the last line of earlier versions' hooks begins.
  private static let checkWithExec = "exec vaultctl hooks check -C "
  private static let check = "vaultctl hooks check -C "
  private static let orExit = " || exit"

  /// Words of a shell that name the projects' folders.
  private var words: [String] = []

  package init() {}

  /// `nil` if there is any byte that we did not write.
  package init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // A line break of Windows makes one character with the next.
    guard lines.popLast() == "", lines.starts(with: Self.head), !bytes.contains(0x0D) else {
      return nil
    }
    for line in lines.dropFirst(Self.head.count) {
      let word: Substring
      if line.hasPrefix(Self.checkWithExec) {
        word = line.dropFirst(Self.checkWithExec.count)
      } else if line.hasPrefix(Self.check), line.hasSuffix(Self.orExit) {
        word = line.dropFirst(Self.check.count).dropLast(Self.orExit.count)
      } else {
        return nil
      }
      guard Self.isOneWord(word) else { return nil }
      words.append(String(word))
    }
  }

  /// - Parameter folder: from the root of the work tree.
  package mutating func add(_ folder: String) {
    let word = shellWord(folder)
    if !words.contains(word) { words.append(word) }
  }

  package var bytes: [UInt8] {
    let lines = Self.head + words.map { Self.check + $0 + Self.orExit }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// The line that checks one project, for a hook of the user's.
  package static func check(_ folder: String) -> String { check + shellWord(folder) + orExit }

  /// Whether `shellWord` makes this of some folder.
  private static func isOneWord(_ word: Substring) -> Bool {
    let text = String(word.replacing(#"'\''"#, with: "\u{0}"))
    let isQuoted = text.count > 1 && text.hasPrefix("'") && text.hasSuffix("'")
    let inner = isQuoted ? String(text.dropFirst().dropLast()) : text
    return shellWord(inner.replacing("\u{0}", with: "'")) == word
  }
}
