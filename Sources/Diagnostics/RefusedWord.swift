/// A word of the user's where only certain words are known, as a message shows it.
///
/// It may be a secret in the wrong place: a key pasted into `app:`, a password with a colon in it. So it
/// is quoted only if it is near to a known word, which a secret is not. Otherwise the location says which
/// one is meant.
package struct RefusedWord {
  private let text: String
  private let near: String?
  private let known: [String]
  /// More are not listed in a message.
  private static let listed = 30

  /// - Parameter known: in the order in which they are listed.
  package init(_ text: String, known: [String]) {
    self.text = text
    self.known = known
    near = nearestName(to: text, among: known)
  }

  package var isNear: Bool { near != nil }

  /// With a space before it; empty if it must not be shown.
  package var quoted: String { isNear ? " `\(text)`" : "" }

  /// What was most likely meant.
  package var help: [String] { near.map { ["did you mean `\($0)`?"] } ?? [] }

  /// The known words.
  package var listing: String {
    let rest = known.count - Self.listed
    let words = known.prefix(Self.listed).joined(separator: ", ")
    return rest > 0 ? "\(words) and \(rest) more" : words
  }
}
