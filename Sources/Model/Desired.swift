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

  private let parts: Shared<Parts>

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
    parts = Shared(
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
  package let namePlace: Place
  package let appPlace: Place
  private let setup: Place?
  private let scopes: Place?
  /// The values' places, of secret and plain fields alike.
  private let fields: [FieldName: Place]

  /// All parts in one file.
  package init(
    file: String, name: Span, app: Span, setup: Span? = nil, scopes: Span? = nil,
    fields: [FieldName: Span] = [:]
  ) {
    func place(_ span: Span) -> Place { .source(file: file, span: span) }
    self.init(
      namePlace: place(name), appPlace: place(app), setup: setup.map(place),
      scopes: scopes.map(place), fields: fields.mapValues(place))
  }

  private init(
    namePlace: Place, appPlace: Place, setup: Place?, scopes: Place?, fields: [FieldName: Place]
  ) {
    self.namePlace = namePlace
    self.appPlace = appPlace
    self.setup = setup
    self.scopes = scopes
    self.fields = fields
  }

  package var file: String { namePlace.file ?? "" }
  package var setupPlace: Place { setup ?? appPlace }
  package var scopesPlace: Place { scopes ?? namePlace }

  package func place(of field: FieldName) -> Place { fields[field] ?? setup ?? namePlace }

  /// The connection keeps its place; parts that `upper` gives are where `upper` gives them.
  package func overlaid(by upper: ConnectionOrigin, app: Bool) -> ConnectionOrigin {
    ConnectionOrigin(
      namePlace: namePlace, appPlace: app ? upper.appPlace : appPlace,
      setup: upper.setup ?? setup, scopes: upper.scopes ?? scopes,
      fields: fields.merging(upper.fields) { _, upper in upper })
  }
}
