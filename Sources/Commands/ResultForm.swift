/// How a command writes its result.
enum ResultForm: Hashable, Sendable {
  case text
  /// One JSON document, with the run's diagnostics in it.
  case document
  /// JSON Lines, for a command that keeps running.
  case lines
}
