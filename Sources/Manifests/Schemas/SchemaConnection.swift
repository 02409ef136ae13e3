package import Model

/// A connection that schemas know by its name.
package struct SchemaConnection: Hashable, Sendable {
  let name: ConnectionName
  let app: AppID
  let setup: SetupType?
  let scopes: Set<Scope>

  package init(_ connection: DesiredConnection) {
    name = connection.name
    app = connection.app
    setup = connection.setup?.type
    scopes = connection.scopes ?? []
  }
}
