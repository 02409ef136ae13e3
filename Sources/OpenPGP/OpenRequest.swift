/// One message to be opened.
package struct OpenRequest: Sendable {
  package let armored: String
  package let binding: String
  /// A name that it may have instead; `nil` for none.
  package let formerBinding: String?
  package let signatures: SignatureRule

  package init(
    armored: String, binding: String, formerBinding: String? = nil,
    signatures: SignatureRule = .ignored
  ) {
    self.armored = armored
    self.binding = binding
    self.formerBinding = formerBinding
    self.signatures = signatures
  }

  /// The bindings at which it opens, the current one first.
  var bindings: [String] { [binding] + (formerBinding.map { [$0] } ?? []) }
}

/// Which signatures a message must have.
package enum SignatureRule: Hashable, Sendable {
  case ignored
  /// One of these keys signed the value for its binding.
  case required(by: Set<Fingerprint>)
  /// The same, or nobody signed it, or one of these keys did without naming a binding: the values of
  /// a project that just began to sign, and those that an earlier version signed.
  case requiredIfPresent(by: Set<Fingerprint>)
}
