/// The fields that one type of setup has.
package struct SetupShape: Hashable, Sendable {
  package let type: SetupType
  package let fields: [FieldShape]
  /// Whether it takes fields that are not listed; they count as secret unless
  /// `spec.publicFields` lists them.
  package let isOpen: Bool
  /// How it obtains tokens; `nil` if its credentials are used as they are.
  package let grant: OAuthGrant?

  package init(
    type: SetupType, fields: [FieldShape], isOpen: Bool = false, grant: OAuthGrant? = nil
  ) {
    self.type = type
    self.fields = fields
    self.isOpen = isOpen
    self.grant = grant
  }

  package subscript(field: FieldName) -> FieldShape? { fields.first { $0.name == field } }

  package func isSecret(_ field: FieldName, publicFields: Set<FieldName>) -> Bool {
    self[field]?.isSecret ?? !publicFields.contains(field)
  }

  /// Whether a setup that requires no field is as good as none, since nothing is given that it could log
  /// in with. A consent needs a secret, or a client that asks for one.
  package func lacksCredential(_ given: some Collection<FieldName>) -> Bool {
    guard !fields.contains(where: \.isRequired), isOpen || fields.contains(where: \.isSecret) else {
      return false
    }
    guard grant == .authorizationCode else { return given.isEmpty }
    return !given.contains { $0 == "client_id" || self[$0]?.isSecret ?? true }
  }

  /// The required fields that `given` lacks, in the catalog's order.
  package func missing(from given: some Collection<FieldName>) -> [FieldName] {
    fields.filter { $0.isRequired && !given.contains($0.name) }.map(\.name)
  }
}
