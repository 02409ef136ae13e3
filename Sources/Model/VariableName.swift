import Encodings

/// Names of environment variables.
package enum VariableName {
  /// Upper case, with `_` for everything but ASCII letters and digits.
  package static func of(_ text: String) -> String {
    let name = String(text.uppercased().map { $0.isASCIIAlphanumeric ? $0 : "_" })
    return name.first?.isASCIIDigit ?? true ? "_" + name : name
  }
}
