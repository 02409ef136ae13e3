/// What a flow's action needs from a connection.
package struct FlowAction: Hashable, Sendable {
  package enum Need: String, Hashable, Sendable, CaseIterable { case required, optional, none }

  /// Without the app: `send_sms`.
  package let name: String
  package let connection: Need
  /// The scopes that the connection's credentials need, if the service documents them.
  package let scopes: [Scope]

  package init(_ name: String, connection: Need = .required, scopes: [Scope] = []) {
    self.name = name
    self.connection = connection
    self.scopes = scopes
  }
}
