/// One field of a setup and what a value of it must be.
package struct FieldShape: Hashable, Sendable {
  package let name: FieldName
  package let isRequired: Bool
  package let isSecret: Bool
  package let constraint: ValueConstraint

  package init(
    _ name: FieldName, required: Bool = true, secret: Bool = false,
    _ constraint: ValueConstraint = ValueConstraint()
  ) {
    self.name = name
    isRequired = required
    isSecret = secret
    self.constraint = constraint
  }
}
