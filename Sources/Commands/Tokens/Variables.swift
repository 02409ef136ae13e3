import Secrets

/// Variables of a command's environment.
typealias Variables = [(name: String, value: SecretBytes)]

extension [(name: String, value: SecretBytes)] {
  func hasSameValues(as other: Variables) -> Bool {
    count == other.count
      && zip(self, other).allSatisfy { pair in
        pair.0.name == pair.1.name && pair.0.value.constantTimeEquals(pair.1.value)
      }
  }
}
