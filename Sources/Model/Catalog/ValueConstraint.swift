/// What a field's text must be. Lengths count Unicode scalars, as JSON Schema does.
package struct ValueConstraint: Hashable, Sendable {
  package let minLength: Int
  package let maxLength: Int?
  /// Empty: any text.
  package let oneOf: [String]
  package let format: ValueFormat?

  /// No service accepts an empty credential, so the minimum length is 1 unless another is given.
  package init(
    min minLength: Int = 1, max maxLength: Int? = nil, oneOf: [String] = [],
    format: ValueFormat? = nil
  ) {
    self.minLength = minLength
    self.maxLength = maxLength
    self.oneOf = oneOf
    self.format = format
  }
}

/// A format that a text can be required to have; the raw values are those of `apps:` in a project file.
package enum ValueFormat: String, Hashable, Sendable, CaseIterable {
  case httpsURL = "https-url"
  case hostName = "hostname"
  case email
}
