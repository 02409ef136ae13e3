package import Diagnostics

/// The locations of a declared connection's parts, for diagnostics; an environment's parts are in
/// separate files.
package struct ConnectionOrigin: Hashable, Sendable {
  package let nameLocation: Location
  package let appLocation: Location
  private let setup: Location?
  private let scopes: Location?
  /// Of the values, secret and plain alike.
  private let fields: [FieldName: Location]

  /// All parts in one file.
  package init(
    file: String, name: SourceRange, app: SourceRange, setup: SourceRange? = nil,
    scopes: SourceRange? = nil, fields: [FieldName: SourceRange] = [:]
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

  /// The name keeps its location; the parts that `upper` gives have the locations that `upper` has.
  package func overlaid(by upper: ConnectionOrigin, app: Bool) -> ConnectionOrigin {
    ConnectionOrigin(
      nameLocation: nameLocation, appLocation: app ? upper.appLocation : appLocation,
      setup: upper.setup ?? setup, scopes: upper.scopes ?? scopes,
      fields: fields.merging(upper.fields) { _, upper in upper })
  }
}
