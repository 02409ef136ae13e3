/// A text in which a short summary replaces each sealed message, so that a diff of two texts shows
/// which values changed and not their armor: `(sealed 3f2a9c01d4e5, addressed to
/// A1B2C3D4E5F60718)`.
///
/// Works on any text, whether or not it is YAML: git compares broken files too.
package func summarized(_ text: String) -> String {
  let begin = "-----BEGIN PGP MESSAGE-----"
  let end = "-----END PGP MESSAGE-----"
  var rest = text[...]
  var summary = ""
  while let start = rest.firstRange(of: begin),
    let stop = rest[start.upperBound...].firstRange(of: end)
  {
    summary += rest[..<start.lowerBound]
    summary += mark(of: rest[start.lowerBound..<stop.upperBound])
    rest = rest[stop.upperBound...]
  }
  return summary + rest
}

/// - Parameter message: with its lines indented as YAML has them, or escaped in one line.
private func mark(of message: Substring) -> String {
  let lines = message.replacing("\\n", with: "\n").split(
    omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  let armored = lines.map { line in
    String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
  let text = armored.joined(separator: "\n") + "\n"
  guard let sealed = try? SealedMessage(armored: text) else { return "(sealed, damaged)" }
  let ids = sealed.keyIDs.joined(separator: ", ")
  return "(sealed \(sealed.digest.rawValue.prefix(12)), addressed to \(ids))"
}
