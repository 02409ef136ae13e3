/// Breaks a paragraph into lines at its spaces.
enum TextWrapping {
  /// - Parameters:
  ///   - width: in characters; a longer word has a line of its own.
  ///   - hanging: spaces before every line but the first.
  static func lines(_ text: String, width: Int, hanging: Int = 0) -> [String] {
    let margin = String(repeating: " ", count: hanging)
    let lead = String(text.prefix { $0 == " " })
    var lines: [String] = []
    var line = lead
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = margin + word
      } else {
        line += (isEmpty ? "" : " ") + word
      }
      isEmpty = false
    }
    return lines + [line]
  }
}
