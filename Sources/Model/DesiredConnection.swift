/// A connection as its manifest declares it.
///
/// A class of constants, for the reason given at ``ActualConnection``.
package final class DesiredConnection: Sendable {
  package let name: ConnectionName
  /// Names that it had before, the latest first; the store may still have it under one of them.
  package let formerNames: [ConnectionName]
  package let app: AppID
  package let labels: [String: String]
  package let annotations: [String: String]
  /// `nil` if the manifest gives no setup: the connection is empty.
  package let setup: DesiredSetup?
  /// `nil` if the manifest does not mention scopes: then none are compared.
  package let scopes: Set<Scope>?
  /// `spec.lifecycle.preventDestroy`: a change that would delete it is refused.
  package let preventsDestroy: Bool
  /// `spec.ignore`: fields that are managed elsewhere. They are written once, when the connection
  /// is created, and neither compared nor written after that.
  package let ignoredFields: Set<FieldName>
  /// Where its secrets and tokens are sent to.
  package let destinations: Set<Destination>
  package let origin: ConnectionOrigin

  package init(
    name: ConnectionName, formerNames: [ConnectionName] = [], app: AppID,
    labels: [String: String] = [:], annotations: [String: String] = [:], setup: DesiredSetup?,
    scopes: Set<Scope>? = nil, preventsDestroy: Bool = false,
    ignoredFields: Set<FieldName> = [], destinations: Set<Destination> = [],
    origin: ConnectionOrigin
  ) {
    self.name = name
    self.formerNames = formerNames
    self.app = app
    self.labels = labels
    self.annotations = annotations
    self.setup = setup
    self.scopes = scopes
    self.preventsDestroy = preventsDestroy
    self.ignoredFields = ignoredFields
    self.destinations = destinations
    self.origin = origin
  }

  /// The same connection, with other destinations besides.
  package func alsoSending(to more: Set<Destination>) -> DesiredConnection {
    DesiredConnection(
      name: name, formerNames: formerNames, app: app, labels: labels, annotations: annotations,
      setup: setup, scopes: scopes, preventsDestroy: preventsDestroy,
      ignoredFields: ignoredFields, destinations: destinations.union(more), origin: origin)
  }

  /// A sealed field of the setup; `nil` if the field is plain or not given.
  package func sealedField(_ field: FieldName) -> LocatedSealedField? {
    guard case .sealed(let message) = setup?.fields[field] else { return nil }
    return LocatedSealedField(
      address: FieldAddress(name, field), message: message, location: origin.location(of: field))
  }
}

/// A setup as declared: what is absent or `null` is not in `fields`.
package struct DesiredSetup: Hashable, Sendable {
  package let type: SetupType
  package let fields: [FieldName: FieldValue]

  package init(type: SetupType, fields: [FieldName: FieldValue]) {
    self.type = type
    self.fields = fields
  }

  package var plain: [FieldName: PlainValue] {
    fields.compactMapValues {
      switch $0 {
      case .plain(let value): value
      case .sealed: nil
      }
    }
  }

  package var sealed: [FieldName: SealedMessage] {
    fields.compactMapValues {
      switch $0 {
      case .sealed(let message): message
      case .plain: nil
      }
    }
  }
}
