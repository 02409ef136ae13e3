import Encodings
import Foundation
import Model

/// A connection's name as the last part of a path, written as people write it as far as that can be.
///
/// Escaped (`%2F`) is what would be another path (`/`, `..`), what an escape begins with (`%`), what a
/// policy or its language reads as something else (`+`, `*`, `"`, `{`), and what the server refuses in a
/// path.
enum ReadableKey {
  static func of(_ name: ConnectionName) -> String {
    let hasParent = name.rawValue.contains("..")
    return name.rawValue.unicodeScalars.reduce(into: "") { key, scalar in
      if isLiteral(scalar), !(hasParent && scalar == ".") {
        key.unicodeScalars.append(scalar)
      } else {
        key += scalar == "." ? "%2E" : percentEncoded(String(Character(scalar)))
      }
    }
  }

  /// `nil` for a key that we would write in another way, or never.
  static func name(_ key: String) -> ConnectionName? {
    key.removingPercentEncoding.flatMap { ConnectionName($0) }.flatMap { of($0) == key ? $0 : nil }
  }

  /// The server refuses what its own version of Unicode does not call printable, so what is younger
  /// than any version in use is escaped.
  private static func isLiteral(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else {
      return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || " -._~@:,()".unicodeScalars.contains(scalar)
    }
    guard let age = scalar.properties.age, age.major <= 12 else { return false }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .decimalNumber:
      true
    default: false
    }
  }
}
