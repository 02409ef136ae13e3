import Diagnostics
package import Model

/// One document's part of a connection. Removing a value is different from not mentioning it.
///
/// An environment's document overlays the base's of the same name as a JSON merge patch does
/// (RFC 7396): mappings merge key by key, everything else is replaced, `null` removes. A setup of
/// another type, or of another app, replaces the whole setup.
package struct ConnectionLayer: Sendable {
  enum Part<Value: Sendable>: Sendable {
    /// The document does not mention it.
    case unspecified
    /// `null`.
    case removed
    case given(Value)

    init(_ value: Value?) { self = value.map { .given($0) } ?? .unspecified }

    var value: Value? {
      switch self {
      case .given(let value): value
      case .unspecified, .removed: nil
      }
    }
  }

  struct Setup: Sendable {
    let type: SetupType
    /// `nil`: the field is given as `null`.
    let fields: [FieldName: FieldValue?]
  }

  let name: ConnectionName
  var formerNames: [ConnectionName] = []
  /// `spec: null`: the environment has no such connection.
  var isRemoved = false
  let app: App
  /// Whether the document itself names the app; otherwise it inherits the base's.
  var namesApp = true
  var labels = Part<[String: String?]>.unspecified
  var annotations = Part<[String: String?]>.unspecified
  var setup = Part<Setup>.unspecified
  var scopes = Part<Set<Scope>>.unspecified
  var preventsDestroy = Part<Bool>.unspecified
  var ignoredFields = Part<Set<FieldName>>.unspecified
  let origin: ConnectionOrigin

  /// The connection, if no other document overlays this one; `nil` if it is removed.
  package var desired: DesiredConnection? {
    if isRemoved { return nil }
    let setup = setup.value.map {
      DesiredSetup(type: $0.type, fields: $0.fields.compactMapValues { $0 })
    }
    return DesiredConnection(
      name: name, formerNames: formerNames, app: app.id,
      labels: labels.value?.compactMapValues { $0 } ?? [:],
      annotations: annotations.value?.compactMapValues { $0 } ?? [:],
      setup: setup, scopes: scopes.value, preventsDestroy: preventsDestroy.value ?? false,
      ignoredFields: ignoredFields.value ?? [],
      destinations: app.destinations(of: setup), origin: origin)
  }
}
