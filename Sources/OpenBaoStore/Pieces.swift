/// A long text as several short ones, `key.0`, `key.1` and so on, since none may be over
/// `CustomMetadata.mostBytes`.
enum Pieces {
  /// In pieces that end between characters.
  static func of(_ text: String, _ key: String) -> [String: String] {
    var texts: [String: String] = [:]
    var piece = ""
    for scalar in text.unicodeScalars {
      if piece.utf8.count + UTF8.width(scalar) > CustomMetadata.mostBytes {
        texts["\(key).\(texts.count)"] = piece
        piece = ""
      }
      piece.unicodeScalars.append(scalar)
    }
    texts["\(key).\(texts.count)"] = piece
    return texts
  }

  /// `nil` where there is none.
  static func text(_ key: String, in texts: [String: String]) -> String? {
    var whole: String?
    var number = 0
    while let piece = texts["\(key).\(number)"] {
      whole = (whole ?? "") + piece
      number += 1
    }
    return whole
  }
}

extension UTF8 {
  fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case ..<0x80: 1
    case ..<0x800: 2
    case ..<0x10000: 3
    default: 4
    }
  }
}
