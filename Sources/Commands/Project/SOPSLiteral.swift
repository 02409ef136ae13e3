/// A number or a truth value that SOPS does not encrypt.
package enum SOPSLiteral {
  /// As SOPS writes it into the authentication code: in Go's form.
  ///
  /// - Parameter text: as YAML or JSON has it.
  package static func authenticated(_ text: String) -> String {
    switch text.lowercased() {
    case "true": return "True"
    case "false": return "False"
    case ".inf", "+.inf": return "+Inf"
    case "-.inf": return "-Inf"
    case ".nan": return "NaN"
    default:
      if let number = Int(text) { return "\(number)" }
      guard let number = Double(text), number.isFinite else { return text }
      return decimal(number)
    }
  }

  /// As `strconv.FormatFloat(number, 'f', -1, 64)`: the fewest digits that are this number, without an exponent.
  private static func decimal(_ number: Double) -> String {
    let sign = number.sign == .minus ? "-" : ""
    let parts = "\(number.magnitude)".split(separator: "e")
    let digits = parts[0].split(separator: ".")
    let fraction = digits.count < 2 || digits[1] == "0" ? "" : digits[1]
    let all = String(digits[0]) + fraction
    let exponent = parts.count < 2 ? 0 : Int(parts[1]) ?? 0
    let point = digits[0].utf8.count + exponent
    if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(all)" }
    if point >= all.utf8.count {
      return sign + all + String(repeating: "0", count: point - all.utf8.count)
    }
    return "\(sign)\(all.prefix(point)).\(all.dropFirst(point))"
  }
}
