extension Diagnostic {
  /// What another program printed, as notes: each line by itself, its first 300 characters, and 12 of
  /// them. git prints what a remote's hook says, which may be anything.
  package static func lines(of words: String) -> [String] {
    let lines = words.split(whereSeparator: \.isNewline).map { line in
      line.prefix(300).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return Array(lines.filter { !$0.isEmpty }.prefix(12))
  }
}
