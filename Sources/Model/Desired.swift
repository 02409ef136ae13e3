package import Diagnostics

/// A connection as its manifest declares it.
package struct DesiredConnection: Hashable, Sendable {
  package let name: ConnectionName
  package let app: AppID
  package let labels: [String: String]
  package let annotations: [String: String]
  /// `nil` where the manifest gives no setup: the connection is empty.
  package let setup: DesiredSetup?
  /// `nil` where nothing is said of scopes: then nothing is compared.
  package let scopes: Set<Scope>?
  /// `spec.lifecycle.preventDestroy`: what would delete it is refused.
  package let preventsDestroy: Bool
  package let origin: ConnectionOrigin

  package init(
    name: ConnectionName, app: AppID, labels: [String: String] = [:],
    annotations: [String: String] = [:], setup: DesiredSetup?, scopes: Set<Scope>? = nil,
    preventsDestroy: Bool = false, origin: ConnectionOrigin
  ) {
    self.name = name
    self.app = app
    self.labels = labels
    self.annotations = annotations
    self.setup = setup
    self.scopes = scopes
    self.preventsDestroy = preventsDestroy
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

/// Where the parts of a declared connection stand, for diagnostics.
package struct ConnectionOrigin: Hashable, Sendable {
  package let file: String
  package let name: Span
  package let app: Span
  package let setup: Span?
  package let scopes: Span?
  /// The values' spans, of secret and plain fields alike.
  package let fields: [FieldName: Span]

  package init(
    file: String, name: Span, app: Span, setup: Span? = nil, scopes: Span? = nil,
    fields: [FieldName: Span] = [:]
  ) {
    self.file = file
    self.name = name
    self.app = app
    self.setup = setup
    self.scopes = scopes
    self.fields = fields
  }

  package var namePlace: Place { .source(file: file, span: name) }
  package var setupPlace: Place { .source(file: file, span: setup ?? app) }
  package var scopesPlace: Place { .source(file: file, span: scopes ?? name) }

  package func place(of field: FieldName) -> Place {
    .source(file: file, span: fields[field] ?? setup ?? name)
  }
}
