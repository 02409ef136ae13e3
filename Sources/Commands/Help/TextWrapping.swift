import Diagnostics

/// Breaks a paragraph of help into lines at its spaces.
enum TextWrapping {
  /// - Parameters:
  ///   - width: in columns; a longer word has a line of its own.
  ///   - hanging: spaces before every line but the first.
  static func lines(_ text: String, width: Int, hanging: Int = 0) -> [String] {
    TerminalText(text).filled(width: width, hanging: hanging).map(\.rendered)
  }
}
