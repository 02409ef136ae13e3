import Foundation

/// Replaces what differs from run to run by placeholders; all else stays as it is.
///
/// Where it matters which of several is meant, the placeholders are numbered in the order of their
/// first appearance.
package struct TranscriptNormalizer: Sendable {
  /// Exact texts and what stands for them, tried first.
  private let known: [(text: String, placeholder: String)]

  private struct Rule {
    let pattern: String
    /// `$1` is the first group; `#` is the number of the text that was found. `nil` is the text
    /// itself with zeros for its digits, so that columns stay aligned.
    let placeholder: String?
  }

  private static let rules = [
    Rule(
      pattern: #"-----BEGIN PGP MESSAGE-----[\s\S]*?-----END PGP MESSAGE-----(\n|\\n)?"#,
      placeholder: "<PGP message>$1"),
    Rule(pattern: #"/tmp/vc-[A-Za-z0-9]{6}"#, placeholder: "<temporary #>"),
    Rule(
      pattern: #"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?"#,
      placeholder: nil),
    Rule(pattern: #"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b"#, placeholder: nil),
    Rule(pattern: #"\b[0-9]+(?:\.[0-9]+)? ms\b"#, placeholder: "<n> ms"),
    Rule(pattern: #"\b[0-9]+ (?:second|minute)s? ago\b"#, placeholder: "<n> seconds ago"),
    Rule(pattern: #"\bvaultctl [0-9]+\.[0-9]+\.[0-9]+"#, placeholder: "vaultctl <version>"),
    Rule(pattern: #"\b[0-9A-F]{40}\b"#, placeholder: "<fingerprint #>"),
    Rule(pattern: #"\b[0-9A-F]{16}\b"#, placeholder: "<key id #>"),
    Rule(pattern: #"\b[0-9a-f]{64}\b"#, placeholder: "<digest #>"),
    Rule(pattern: #"\b[0-9a-f]{40}\b"#, placeholder: "<commit #>"),
    Rule(pattern: #"\b(commit `)[0-9a-f]{7}`"#, placeholder: "$1<short>`"),
    Rule(pattern: #"\b(against (?:`[^`]+` )?`)[0-9a-f]{7}`"#, placeholder: "$1<short>`"),
    Rule(pattern: #"\b(key )[0-9a-f]{32}\b"#, placeholder: "$1<ledger key>"),
    // Its last group may look like a revision.
    Rule(
      pattern: #"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"#,
      placeholder: "<UUID #>"),
    // As long as what it replaces, for columns: the first digits of a commit or of a digest.
    Rule(pattern: #"\b[0-9a-f]{12}\b"#, placeholder: "<revision #>"),
    Rule(pattern: #"\bindex [0-9a-f]{7,}\.\.[0-9a-f]{7,}"#, placeholder: "index <blobs>"),
    Rule(pattern: #"\bac_(?=[0-9]*[A-F])[0-9A-F]{22}\b"#, placeholder: "<connection id #>"),
    // Of an authorization request, per RFC 6749 and 7636.
    Rule(
      pattern: #"\b((?:state|code_challenge|nonce)=)[A-Za-z0-9_~.%-]+"#,
      placeholder: "$1<random>"),
    Rule(pattern: #"(127\.0\.0\.1%3A)[0-9]+"#, placeholder: "$1<port>"),
    Rule(pattern: #"\b(127\.0\.0\.1|localhost):[0-9]+"#, placeholder: "$1:<port>"),
    Rule(pattern: #"\bprocess [0-9]+"#, placeholder: "process <pid>"),
  ]

  package init(known: [(text: String, placeholder: String)]) {
    self.known = known
  }

  package func normalized(_ text: String) throws -> String {
    let start = try known.reduce(text) { try Self.replacing($1, in: $0) }
    return try Self.rules.reduce(start) { try Self.apply($1, to: $0) }
  }

  /// A short text, such as a host called `vm`, is replaced only as a whole word: it may be part of a
  /// random one.
  private static func replacing(
    _ known: (text: String, placeholder: String), in text: String
  ) throws -> String {
    guard known.text.count < 8 else {
      return text.replacingOccurrences(of: known.text, with: known.placeholder)
    }
    let word = NSRegularExpression.escapedPattern(for: known.text)
    return try NSRegularExpression(pattern: "(?<![A-Za-z0-9_~-])\(word)(?![A-Za-z0-9_~-])")
      .stringByReplacingMatches(
        in: text, range: NSRange(text.startIndex..., in: text),
        withTemplate: NSRegularExpression.escapedTemplate(for: known.placeholder))
  }

  private static func apply(_ rule: Rule, to text: String) throws -> String {
    let expression = try NSRegularExpression(pattern: rule.pattern)
    let source = text as NSString
    var numbers: [String: Int] = [:]
    var result = ""
    var end = 0
    for match in expression.matches(in: text, range: NSRange(location: 0, length: source.length)) {
      let found = source.substring(with: match.range)
      let number = numbers[found] ?? numbers.count + 1
      numbers[found] = number
      var placeholder =
        rule.placeholder?.replacing("#", with: String(number))
        ?? String(found.map { $0.isNumber ? "0" : $0 })
      if match.numberOfRanges > 1 {
        let group = match.range(at: 1)
        placeholder.replace(
          "$1", with: group.location == NSNotFound ? "" : source.substring(with: group))
      }
      result += source.substring(with: NSRange(location: end, length: match.range.location - end))
      result += placeholder
      end = match.range.location + match.range.length
    }
    return result + source.substring(from: end)
  }
}
