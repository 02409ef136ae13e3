import Encodings

/// Placeholders: texts that something else was to replace.
extension Span<UInt8> {
  /// In longer texts, what looks like a placeholder is most likely something else.
  private static var maxPlaceholderBytes: Int { 16_384 }

  /// - Precondition: no white space is at either end.
  var isPlaceholder: Bool {
    if count > Self.maxPlaceholderBytes { return false }
    if isTemplate || isMask || isPlaceholderWord || holdsMarkedName || holdsLongMask { return true }
    for scheme in ["bearer ", "basic ", "token "] where spellsStart(scheme) {
      let rest = extracting(scheme.utf8.count...)
      return rest.isTemplate || rest.isMask || rest.isPlaceholderWord
    }
    // Braces and `<` cannot be in a URL as they are (RFC 3986 section 2).
    guard starts(with: "https://") || starts(with: "http://") else { return false }
    return offset(of: "${") != nil || offset(of: "{{") != nil || offset(of: "<") != nil
  }

  /// A whole text that is one template expression or one marked name.
  private var isTemplate: Bool {
    if isEnclosed("${", "}", \.isNoBrace) || isEnclosed("{{", "}}", \.isNoBrace)
      || isEnclosed("${{", "}}", \.isNoBrace) || isEnclosed("<%", "%>", { $0 != 0x0A })
    {
      return true
    }
    if isEnclosed("##", "##", \.isNameLetter) || isEnclosed("@@", "@@", \.isNameLetter)
      || isEnclosed("#{", "}#", \.isNameLetter) || isEnclosed("$(", ")", \.isNameLetter)
    {
      return true
    }
    if isEnclosed("<", ">", { $0.isNameLetter || $0 == 0x20 }) {
      return indices.contains { self[$0].isASCIILetter }
    }
    if isEnclosed("__", "__", \.isConstantLetter) || isEnclosed("%", "%", \.isConstantLetter) {
      return true
    }
    // A variable of a shell; without `_`, a password can look like this.
    return starts(with: "$") && offset(of: "_") != nil
      && length(from: 1, where: \.isConstantLetter) == count - 1
  }

  /// `***`, `xxxx`, `…`: one mask, repeated.
  private var isMask: Bool {
    for mask in ["•", "●", "█", "∗", "…"] where count >= 3 && count % 3 == 0 {
      if stride(from: 0, to: count, by: 3).allSatisfy({ starts(with: mask, at: $0) }) {
        return count > 3 || mask == "…"
      }
    }
    guard count >= 3, "*xX.?_-#".utf8.contains(self[0]) else { return false }
    return length(from: 0) { $0 == self[0] } == count
  }

  /// A mask within a text that is otherwise shown: `AC` and many `x`, `********1234`.
  private var holdsLongMask: Bool {
    ["*****", "xxxxxxxx", "XXXXXXXX", "•••"].contains { offset(of: $0) != nil }
  }

  /// `##NAME##` or `@@NAME@@` anywhere: the Auth0 Deploy CLI replaces both within texts too.
  private var holdsMarkedName: Bool {
    ["##", "@@"].contains { mark in
      var start = 0
      while let found = offset(of: mark, from: start) {
        let name = length(from: found + 2, where: \.isConstantLetter)
        if name > 2, starts(with: mark, at: found + 2 + name) { return true }
        start = found + 1
      }
      return false
    }
  }

  /// `CHANGEME`, `change-me`, `[redacted]`, `your-api-key-here`: a whole text of such words.
  private var isPlaceholderWord: Bool {
    if Self.placeholderWords.contains(where: { spells($0) }) { return true }
    guard spellsStart("your") || spellsStart("insert") || spellsStart("enter") else { return false }
    return indices.allSatisfy { self[$0].isASCIILetter || self[$0].isWordSeparator }
      && ["here", "key", "token", "secret", "password", "value"].contains { spellsEnd($0) }
  }

  private static var placeholderWords: [String] {
    [
      "changeme", "changethis", "changemeplease", "pleasechangeme", "replaceme", "replacethis",
      "todo", "tobedone", "tbd", "tobedefined", "fixme", "fillme", "fillmein", "fillin",
      "placeholder", "redacted", "masked", "removed", "secretgoeshere", "keygoeshere",
    ]
  }

  /// Whether the text without its separators is this word, in either case.
  private func spells(_ word: String) -> Bool {
    var letters = word.utf8.makeIterator()
    var next = letters.next()
    for index in indices where !self[index].isWordSeparator {
      guard let letter = next, self[index] | 0x20 == letter else { return false }
      next = letters.next()
    }
    return next == nil
  }

  private func spellsStart(_ word: String) -> Bool { spells(word, at: 0) }

  private func spellsEnd(_ word: String) -> Bool {
    let end = (indices.last { !self[$0].isWordSeparator } ?? -1) + 1
    return end >= word.utf8.count && spells(word, at: end - word.utf8.count)
  }

  private func spells(_ word: String, at offset: Int) -> Bool {
    let word = word.utf8.span
    guard offset + word.count <= count else { return false }
    return word.indices.allSatisfy { self[offset + $0] | 0x20 == word[$0] }
  }

  private func isEnclosed(
    _ opening: String, _ closing: String, _ isInner: (UInt8) -> Bool
  ) -> Bool {
    let start = opening.utf8.count
    let end = count - closing.utf8.count
    guard end > start, starts(with: opening), starts(with: closing, at: end) else { return false }
    return length(from: start, where: isInner) >= end - start
  }
}

extension UInt8 {
  fileprivate var isNoBrace: Bool { !"{}\n".utf8.contains(self) }
  fileprivate var isNameLetter: Bool { isASCIIAlphanumeric || "_.-".utf8.contains(self) }
  fileprivate var isConstantLetter: Bool {
    isASCIIUppercase || isASCIIDigit || self == UInt8(ascii: "_")
  }
  fileprivate var isWordSeparator: Bool { "-_ .[]()<>{}".utf8.contains(self) }
}
