/// The recipients that a store's key was sealed for, as a comment in its armor (RFC 9580 section
/// 6.2.2.2): full fingerprints, which key packets do not have.
///
/// So a plan compares them with the declared ones without a keyring. It is a claim, like the key
/// packets: anyone who may write to the store can write another one.
package struct RecipientNote: Hashable, Sendable {
  package let fingerprints: Set<String>

  private static let start = "Comment: sealed for "

  package init(_ fingerprints: some Sequence<String>) { self.fingerprints = Set(fingerprints) }

  /// `nil` if the armor has none.
  package init?(in armored: String) {
    let headers = armored.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }
    guard let line = headers.first(where: { $0.hasPrefix(Self.start) }) else { return nil }
    self.init(line.dropFirst(Self.start.count).split(separator: " ").map(String.init))
  }

  /// The message with this note in its armor.
  package func added(to armored: String) -> String {
    guard let end = armored.firstIndex(of: "\n") else { return armored }
    let line = Self.start + fingerprints.sorted().joined(separator: " ")
    return armored[...end] + line + "\n" + armored[armored.index(after: end)...]
  }
}
