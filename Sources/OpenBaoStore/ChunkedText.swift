/// A long text as several short ones, `key.0`, `key.1` and so on, since none may be over
/// `CustomMetadata.maxBytes`.
enum ChunkedText {
  /// In chunks that end between characters.
  static func of(_ text: String, _ key: String) -> [String: String] {
    var texts: [String: String] = [:]
    var rest = text.utf8[...]
    repeat {
      var end =
        rest.index(
          rest.startIndex, offsetBy: CustomMetadata.maxBytes, limitedBy: rest.endIndex)
        ?? rest.endIndex
      // A byte `10……` continues a character (RFC 3629 section 3).
      while end < rest.endIndex, rest[end] & 0xC0 == 0x80 { rest.formIndex(before: &end) }
      texts["\(key).\(texts.count)"] = String(Substring(rest[..<end]))
      rest = rest[end...]
    } while !rest.isEmpty
    return texts
  }

  /// A part of a key that is a number, written as we write it; `nil` for what only other tools write.
  static func number(_ part: some StringProtocol) -> Int64? {
    Int64(part).flatMap { String($0) == String(part) ? $0 : nil }
  }

  /// `nil` if there is none.
  static func text(_ key: String, in texts: [String: String]) -> String? {
    var whole: String?
    var number = 0
    while let chunk = texts["\(key).\(number)"] {
      whole = (whole ?? "") + chunk
      number += 1
    }
    return whole
  }
}
