/// What a code means, for who asks: `vaultctl explain`.
package struct Explanation: Hashable, Sendable {
  /// A headline; upper case first, no full stop.
  package let title: String
  package let text: String

  init(_ title: String, _ text: String) {
    self.title = title
    self.text = text
  }
}

extension DiagnosticCode {
  package var explanation: Explanation {
    let found =
      manifestExplanation ?? projectExplanation ?? secretExplanation ?? planExplanation
      ?? storeExplanation ?? tokenExplanation
    guard let found else { preconditionFailure("\(rawValue) has no explanation") }
    return found
  }
}
