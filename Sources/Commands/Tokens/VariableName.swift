/// Names of environment variables.
package enum VariableName {
  /// Upper case, with `_` for what is neither a letter nor a digit of ASCII.
  package static func of(_ text: String) -> String {
    let name = String(
      text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return name.first?.isNumber ?? true ? "_" + name : name
  }
}
