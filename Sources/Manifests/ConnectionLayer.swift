import Diagnostics
package import Model

/// What one document says of a connection. What it takes away from the layer below it is told
/// apart from what it does not speak of.
///
/// An environment's document lies over the base's of the same name in the way of a JSON merge
/// patch (RFC 7396): mappings merge key by key, everything else is replaced, `null` removes. A
/// setup of another type, or of another app, begins anew.
package struct ConnectionLayer: Sendable {
  enum Part<Value: Sendable>: Sendable {
    case unsaid, removed
    case said(Value)

    init(_ value: Value?) { self = value.map { .said($0) } ?? .unsaid }

    var value: Value? {
      switch self {
      case .said(let value): value
      case .unsaid, .removed: nil
      }
    }

    func overlaid(by upper: Part) -> Part {
      switch upper {
      case .unsaid: self
      case .removed, .said: upper
      }
    }
  }

  struct Setup: Sendable {
    let type: SetupType
    /// `nil`: the field is given as absent.
    let fields: [FieldName: FieldValue?]
  }

  let name: ConnectionName
  var formerNames: [ConnectionName] = []
  /// `spec: null`: the environment has no such connection.
  var isRemoved = false
  let app: AppID
  /// Whether the document itself names the app, or takes the base's.
  var namesApp = true
  var labels = Part<[String: String?]>.unsaid
  var annotations = Part<[String: String?]>.unsaid
  var setup = Part<Setup>.unsaid
  var scopes = Part<Set<Scope>>.unsaid
  var preventsDestroy = Part<Bool>.unsaid
  var ignoredFields = Part<Set<FieldName>>.unsaid
  let origin: ConnectionOrigin

  /// The connection, if this is all that is said of it; `nil` where it is taken away.
  package var desired: DesiredConnection? {
    if isRemoved { return nil }
    return DesiredConnection(
      name: name, formerNames: formerNames, app: app,
      labels: labels.value?.compactMapValues { $0 } ?? [:],
      annotations: annotations.value?.compactMapValues { $0 } ?? [:],
      setup: setup.value.map {
        DesiredSetup(type: $0.type, fields: $0.fields.compactMapValues { $0 })
      },
      scopes: scopes.value, preventsDestroy: preventsDestroy.value ?? false,
      ignoredFields: ignoredFields.value ?? [], origin: origin)
  }

  /// - Precondition: `upper` is of the same name.
  func overlaid(by upper: ConnectionLayer) -> ConnectionLayer {
    precondition(name == upper.name, "only documents of one connection lie over one another")
    var layer = ConnectionLayer(
      name: name, app: upper.app,
      origin: origin.overlaid(by: upper.origin, app: upper.namesApp))
    layer.formerNames = formerNames + upper.formerNames
    layer.isRemoved = upper.isRemoved
    layer.labels = labels.merged(with: upper.labels)
    layer.annotations = annotations.merged(with: upper.annotations)
    layer.setup = mergedSetup(upper)
    layer.scopes = scopes.overlaid(by: upper.scopes)
    layer.preventsDestroy = preventsDestroy.overlaid(by: upper.preventsDestroy)
    layer.ignoredFields = ignoredFields.overlaid(by: upper.ignoredFields)
    return layer
  }

  private func mergedSetup(_ upper: ConnectionLayer) -> Part<Setup> {
    let below = app == upper.app ? setup : .unsaid
    guard let old = below.value, let new = upper.setup.value, old.type == new.type else {
      return below.overlaid(by: upper.setup)
    }
    return .said(Setup(type: new.type, fields: old.fields.merging(new.fields) { $1 }))
  }
}

extension ConnectionLayer.Part where Value == [String: String?] {
  fileprivate func merged(with upper: Self) -> Self {
    guard let old = value, let new = upper.value else { return overlaid(by: upper) }
    return .said(old.merging(new) { $1 })
  }
}
