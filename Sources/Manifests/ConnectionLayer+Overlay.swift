import Model

extension ConnectionLayer {
  /// The connections of both layers without faults, by name. A document of the overlay is merged with the
  /// base's of the same name, and declares a new connection if there is none.
  static func merged(
    _ base: [ManifestDocument], overlay: [ManifestDocument]
  ) -> [DesiredConnection] {
    if overlay.isEmpty { return base.compactMap(\.desired).sorted { $0.name < $1.name } }
    let upper = Dictionary(overlay.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(base.map(\.name))
    let layers =
      base.compactMap { document -> ConnectionLayer? in
        guard let above = upper[document.name] else { return document.layer }
        guard let lower = document.layer, let above = above.layer else { return nil }
        return lower.overlaid(by: above)
      } + overlay.filter { !names.contains($0.name) }.compactMap(\.layer)
    return layers.compactMap(\.desired).sorted { $0.name < $1.name }
  }

  /// - Precondition: `upper` has the same name.
  private func overlaid(by upper: ConnectionLayer) -> ConnectionLayer {
    precondition(name == upper.name, "only documents of one connection can be layered")
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
    let below = app.id == upper.app.id ? setup : .unspecified
    guard let old = below.value, let new = upper.setup.value, old.type == new.type else {
      return below.overlaid(by: upper.setup)
    }
    return .given(Setup(type: new.type, fields: old.fields.merging(new.fields) { $1 }))
  }
}

extension ConnectionLayer.Part {
  fileprivate func overlaid(by upper: Self) -> Self {
    switch upper {
    case .unspecified: self
    case .removed, .given: upper
    }
  }
}

extension ConnectionLayer.Part where Value == [String: String?] {
  fileprivate func merged(with upper: Self) -> Self {
    guard let old = value, let new = upper.value else { return overlaid(by: upper) }
    return .given(old.merging(new) { $1 })
  }
}
