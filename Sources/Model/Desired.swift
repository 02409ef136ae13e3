package import Diagnostics

/// A connection as its manifest declares it.
package struct DesiredConnection: Hashable, Sendable {
  package let name: ConnectionName
  /// Names that it had before, the last one first; the store may still have it under one of them.
  package let formerNames: [ConnectionName]
  package let app: AppID
  package let labels: [String: String]
  package let annotations: [String: String]
  /// `nil` where the manifest gives no setup: the connection is empty.
  package let setup: DesiredSetup?
  /// `nil` where nothing is said of scopes: then nothing is compared.
  package let scopes: Set<Scope>?
  /// `spec.lifecycle.preventDestroy`: what would delete it is refused.
  package let preventsDestroy: Bool
  /// `spec.ignore`: fields that somebody else looks after. They are written once, with the
  /// connection, and neither compared nor written any more.
  package let ignoredFields: Set<FieldName>
  package let origin: ConnectionOrigin

  package init(
    name: ConnectionName, formerNames: [ConnectionName] = [], app: AppID,
    labels: [String: String] = [:],
    annotations: [String: String] = [:], setup: DesiredSetup?, scopes: Set<Scope>? = nil,
    preventsDestroy: Bool = false, ignoredFields: Set<FieldName> = [], origin: ConnectionOrigin
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
    self.origin = origin
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
