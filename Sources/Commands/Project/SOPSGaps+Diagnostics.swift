import Diagnostics
import Reports

extension SOPSGaps {
  /// What a person should compare with its source.
  ///
  /// - Parameter path: the file.
  func diagnostics(_ path: String) -> [Diagnostic] {
    [plainValues(path), movableValues(path), emptyValues(path)].compactMap { $0 }
  }

  private func plainValues(_ path: String) -> Diagnostic? {
    if plain == 0 { return nil }
    let verb = plain == 1 ? "is" : "are"
    guard isPlainAuthenticated else {
      return Self.caution(
        "\(counted(plain, "value")) of `\(path)` \(verb) neither encrypted nor authenticated",
        path, "a change of them, by anyone who can write the file, shows nothing",
        severity: .warning)
    }
    return Self.caution(
      "\(counted(plain, "value")) of `\(path)` \(verb) not encrypted", path,
      "SOPS authenticates them together, and not for their keys: one that was moved or renamed shows"
        + " nothing")
  }

  private func movableValues(_ path: String) -> Diagnostic? {
    if movable == 0 { return nil }
    return Self.caution(
      "\(counted(movable, "value")) of `\(path)` \(movable == 1 ? "is" : "are") not bound to one position",
      path,
      "SOPS does not authenticate which list item or document a value belongs to, nor where a key with"
        + " `:` ends: one that was moved shows nothing")
  }

  private func emptyValues(_ path: String) -> Diagnostic? {
    if empty == 0 { return nil }
    return Self.caution(
      "\(counted(empty, "empty value")) of `\(path)` \(empty == 1 ? "is" : "are") not authenticated",
      path,
      "SOPS authenticates no null, and no empty text, list or mapping: one that was added shows nothing"
    )
  }

  private static func caution(
    _ message: String, _ path: String, _ note: String, severity: Severity = .info
  ) -> Diagnostic {
    Diagnostic(
      .notImported, message, severity: severity, at: .file(path), notes: [note],
      help: ["compare those that were imported with their source"])
  }
}
