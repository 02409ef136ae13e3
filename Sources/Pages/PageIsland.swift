import Diagnostics
import Model

/// JSON inside of an HTML page: no text in it can end the element, begin a comment, or be seen as
/// something else.
///
/// In a `script` element, `</script` and `<!--` have a meaning (HTML, "Restrictions for contents of
/// script elements"), and U+2028 and U+2029 end a line in older scripts; outside of strings, JSON has
/// none of the characters that are escaped here.
struct PageIsland {
  let text: String

  init(_ value: some Encodable) {
    text = Self.escaped(canonicalText(value))
  }

  private static func escaped(_ json: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      if "<>&".unicodeScalars.contains(scalar) || !scalar.isShowable || scalar.isNoncharacter {
        for unit in scalar.utf16 {
          let digits = String(unit, radix: 16)
          let padding = String(repeating: "0", count: 4 - digits.count)
          escaped.append(contentsOf: "\\u\(padding)\(digits)".unicodeScalars)
        }
      } else {
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

extension Unicode.Scalar {
  /// Whether HTML calls it a parse error (Infra, "noncharacter").
  var isNoncharacter: Bool { value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value) }
}
