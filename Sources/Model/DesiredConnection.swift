package import Diagnostics

/// A connection as its manifest declares it.
package struct DesiredConnection: Hashable, Sendable {
  private struct Parts: Hashable {
    let name: ConnectionName
    let formerNames: [ConnectionName]
    let app: AppID
    let labels: [String: String]
    let annotations: [String: String]
    let setup: DesiredSetup?
    let scopes: Set<Scope>?
    let preventsDestroy: Bool
    let ignoredFields: Set<FieldName>
    let origin: ConnectionOrigin
  }

  private let parts: Box<Parts>

  package var name: ConnectionName { parts.value.name }
  /// Names that it had before, the last one first; the store may still have it under one of them.
  package var formerNames: [ConnectionName] { parts.value.formerNames }
  package var app: AppID { parts.value.app }
  package var labels: [String: String] { parts.value.labels }
  package var annotations: [String: String] { parts.value.annotations }
  /// `nil` where the manifest gives no setup: the connection is empty.
  package var setup: DesiredSetup? { parts.value.setup }
  /// `nil` where nothing is said of scopes: then nothing is compared.
  package var scopes: Set<Scope>? { parts.value.scopes }
  /// `spec.lifecycle.preventDestroy`: what would delete it is refused.
  package var preventsDestroy: Bool { parts.value.preventsDestroy }
  /// `spec.ignore`: fields that somebody else looks after. They are written once, with the
  /// connection, and neither compared nor written any more.
  package var ignoredFields: Set<FieldName> { parts.value.ignoredFields }
  package var origin: ConnectionOrigin { parts.value.origin }

  package init(
    name: ConnectionName, formerNames: [ConnectionName] = [], app: AppID,
    labels: [String: String] = [:],
    annotations: [String: String] = [:], setup: DesiredSetup?, scopes: Set<Scope>? = nil,
    preventsDestroy: Bool = false, ignoredFields: Set<FieldName> = [], origin: ConnectionOrigin
  ) {
    parts = Box(
      Parts(
        name: name, formerNames: formerNames, app: app, labels: labels, annotations: annotations,
        setup: setup, scopes: scopes, preventsDestroy: preventsDestroy,
        ignoredFields: ignoredFields, origin: origin))
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

  package var sealed: [FieldName: SealedMessage] {
    fields.compactMapValues {
      switch $0 {
      case .sealed(let message): message
      case .plain: nil
      }
    }
  }
}

/// Where the parts of a declared connection stand, for diagnostics; an environment's parts are in
/// files of its own.
package struct ConnectionOrigin: Hashable, Sendable {
  package let nameLocation: Location
  package let appLocation: Location
  private let setup: Location?
  private let scopes: Location?
  /// The values' places, of secret and plain fields alike.
  private let fields: [FieldName: Location]

  /// All parts in one file.
  package init(
    file: String, name: SourceRange, app: SourceRange, setup: SourceRange? = nil,
    scopes: SourceRange? = nil,
    fields: [FieldName: SourceRange] = [:]
  ) {
    func location(_ range: SourceRange) -> Location { .source(file: file, range: range) }
    self.init(
      nameLocation: location(name), appLocation: location(app), setup: setup.map(location),
      scopes: scopes.map(location), fields: fields.mapValues(location))
  }

  private init(
    nameLocation: Location, appLocation: Location, setup: Location?, scopes: Location?,
    fields: [FieldName: Location]
  ) {
    self.nameLocation = nameLocation
    self.appLocation = appLocation
    self.setup = setup
    self.scopes = scopes
    self.fields = fields
  }

  package var file: String { nameLocation.file ?? "" }
  package var setupLocation: Location { setup ?? appLocation }
  package var scopesLocation: Location { scopes ?? nameLocation }

  package func location(of field: FieldName) -> Location { fields[field] ?? setup ?? nameLocation }

  /// The connection keeps its place; parts that `upper` gives are where `upper` gives them.
  package func overlaid(by upper: ConnectionOrigin, app: Bool) -> ConnectionOrigin {
    ConnectionOrigin(
      nameLocation: nameLocation, appLocation: app ? upper.appLocation : appLocation,
      setup: upper.setup ?? setup, scopes: upper.scopes ?? scopes,
      fields: fields.merging(upper.fields) { _, upper in upper })
  }
}
