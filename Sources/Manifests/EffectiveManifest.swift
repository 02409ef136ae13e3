package import Model

/// A connection as one environment has it, as a single manifest: its layers merged, what is absent
/// left out, and sealed values as they are.
package struct EffectiveManifest: Sendable {
  private let document: JSON

  /// - Parameter shape: of its setup, for the order of the fields; `nil` if there is none.
  package init(_ connection: DesiredConnection, shape: SetupShape?) {
    var metadata: JSON.Members = ["name": .string(connection.name.rawValue)]
    for (key, texts) in [("labels", connection.labels), ("annotations", connection.annotations)]
    where !texts.isEmpty {
      let sorted = texts.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
      metadata += [key: .object(JSON.Members(sorted))]
    }
    if !connection.formerNames.isEmpty {
      metadata += ["renamedFrom": .strings(connection.formerNames.map(\.rawValue))]
    }
    document = [
      "apiVersion": .string(apiVersion), "kind": "Connection", "metadata": .object(metadata),
      "spec": .object(Self.spec(connection, shape)),
    ]
  }

  package var yaml: String { document.yaml }
  package var json: String { document.text }

  private static func spec(
    _ connection: DesiredConnection, _ shape: SetupShape?
  ) -> JSON.Members {
    var spec: JSON.Members = ["app": .string(connection.app.rawValue)]
    if let setup = connection.setup {
      let known = shape?.fields.map(\.name) ?? []
      let others = setup.fields.keys.filter { !known.contains($0) }.sorted()
      let fields = (known + others).compactMap { name in
        setup.fields[name].map { (name.rawValue, value($0)) }
      }
      spec += ["setup": .object(["type": .string(setup.type.rawValue)] + JSON.Members(fields))]
      let publicFields = others.filter { setup.plain[$0] != nil }
      if !publicFields.isEmpty {
        spec += ["publicFields": .strings(publicFields.map(\.rawValue))]
      }
    }
    if let scopes = connection.scopes {
      spec += ["scopes": .strings(scopes.sorted().map(\.rawValue))]
    }
    if connection.preventsDestroy { spec += ["lifecycle": ["preventDestroy": true]] }
    if !connection.ignoredFields.isEmpty {
      spec += ["ignore": .strings(connection.ignoredFields.sorted().map(\.rawValue))]
    }
    return spec
  }

  private static func value(_ value: FieldValue) -> JSON {
    switch value {
    case .plain(.string(let text)): .string(text)
    case .plain(.number(let digits)): .number(digits)
    case .plain(.boolean(let value)): .boolean(value)
    case .sealed(let message): .string(message.armored)
    }
  }
}
