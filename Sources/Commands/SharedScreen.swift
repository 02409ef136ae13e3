import Diagnostics
import Synchronization

/// A terminal that shows both results and diagnostics: an empty line is between them.
final class SharedScreen: Sendable {
  enum Part { case result, diagnostics }

  static let shared = SharedScreen()

  private let isShared = OutputStream.areTerminals
  private let last = Mutex<Part?>(nil)

  /// What has to be written before a text; the next call is about the one after it.
  func separator(before text: TerminalText, _ part: Part) -> TerminalText {
    guard isShared, !text.isEmpty else { return "" }
    return last.withLock { last in
      defer { last = text.endsWithEmptyLine ? nil : part }
      return last == nil || last == part || text.beginsWithEmptyLine ? "" : "\n"
    }
  }
}
