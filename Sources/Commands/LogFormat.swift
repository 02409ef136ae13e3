import ArgumentParser

/// The form of what a long-running command prints on standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  /// JSON Lines: one ``LogLine`` each.
  case json
}
