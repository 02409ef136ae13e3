import Encodings
package import Model

/// What a page needs to change manifests: the proof that a request comes from it, and the catalog.
package struct PageWriteAccess: Encodable, Sendable {
  /// What each request that changes something repeats.
  let token: String
  private let apps: [App]

  private struct App: Encodable {
    let id: String
    let name: String
    let actions: [Action]
    let setups: [Setup]
  }

  private struct Action: Encodable {
    let name: String
    let scopes: [String]
  }

  private struct Setup: Encodable {
    let type: String
    let fields: [Field]
  }

  private struct Field: Encodable {
    let name: String
    let required: Bool
    let secret: Bool
    let oneOf: [String]
  }

  package init(token: String, catalog: Catalog) {
    self.token = token
    apps = catalog.apps.values.sorted { $0.id.rawValue < $1.id.rawValue }.map { app in
      App(
        id: app.id.rawValue, name: app.name,
        actions: app.actions.map {
          Action(name: $0.name, scopes: $0.scopes.map(\.rawValue))
        },
        setups: app.setups.map { setup in
          Setup(
            type: setup.type.rawValue,
            fields: setup.fields.map {
              Field(
                name: $0.name.rawValue, required: $0.isRequired, secret: $0.isSecret,
                oneOf: $0.constraint.oneOf)
            })
        })
    }
  }
}
