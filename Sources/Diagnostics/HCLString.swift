/// A text as a quoted string of HCL, Terraform's language, in which nothing is evaluated: `${` and `%{` would
/// begin a template. What a terminal acts on is escaped, so that it can be shown as well.
package func hclQuoted(_ text: String) -> String {
  var quoted = String.UnicodeScalarView()
  let scalars = Array(text.unicodeScalars)
  for (index, scalar) in scalars.enumerated() {
    let next = index + 1 < scalars.count ? scalars[index + 1] : " "
    let escaped: String =
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case "$" where next == "{", "%" where next == "{":
        // Three in a row could be read in two ways.
        index > 0 && scalars[index - 1] == scalar ? scalarEscape(scalar) : "\(scalar)\(scalar)"
      default: scalar.isShowable ? String(scalar) : scalarEscape(scalar)
      }
    quoted.append(contentsOf: escaped.unicodeScalars)
  }
  return "\"\(String(quoted))\""
}

/// A character by its number, as HCL and YAML have it in quotes: `\u00e9`, `\U0001f511`.
package func scalarEscape(_ scalar: Unicode.Scalar) -> String {
  let digits = String(scalar.value, radix: 16)
  return scalar.value > 0xFFFF
    ? "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
}
