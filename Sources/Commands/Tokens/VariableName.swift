/// Names of environment variables.
package enum VariableName {
  /// Upper case, with `_` for everything but ASCII letters and digits.
  package static func of(_ text: String) -> String {
    let name = String(
      text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return name.first?.isNumber ?? true ? "_" + name : name
  }
}
