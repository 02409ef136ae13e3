import Manifests

/// Which leaves a file says are encrypted.
struct SOPSRule {
  private enum Kind {
    case suffix(String)
    case pattern(SOPSPattern)
  }
  private let kind: Kind
  /// As the file has it.
  let text: String
  /// Whether what matches is encrypted, or all else.
  private let encryptsMatches: Bool

  init(_ metadata: ImportedData) throws(SOPSFile.Fault) {
    func text(_ name: String) -> String? {
      metadata[name]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }
    for name in ["encrypted_comment_regex", "unencrypted_comment_regex"] {
      if let pattern = text(name) { throw .unsupportedRule(pattern) }
    }
    for (name, encryptsMatches) in [("encrypted_regex", true), ("unencrypted_regex", false)] {
      guard let pattern = text(name) else { continue }
      guard let regex = SOPSPattern(pattern) else { throw .unsupportedRule(pattern) }
      kind = .pattern(regex)
      self.text = pattern
      self.encryptsMatches = encryptsMatches
      return
    }
    let suffix = text("encrypted_suffix")
    self.text = suffix ?? text("unencrypted_suffix") ?? "_unencrypted"
    kind = .suffix(self.text)
    encryptsMatches = suffix != nil
  }

  /// A key that matches decides about all below it.
  func matches(_ key: String) -> Bool {
    switch kind {
    case .suffix(let suffix): key.hasSuffix(suffix)
    case .pattern(let pattern): pattern.matches(key)
    }
  }

  /// The most steps that a match of a key takes.
  func cost(of key: String) -> Int {
    switch kind {
    case .suffix: key.utf8.count
    case .pattern(let pattern): key.utf8.count * pattern.stepCount
    }
  }

  /// - Parameter isMatched: whether a key on the leaf's path matches.
  func isEncrypted(_ isMatched: Bool) -> Bool { isMatched == encryptsMatches }
}
