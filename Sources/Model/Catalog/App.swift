/// A service that connections can be made for.
package struct App: Hashable, Sendable {
  package let id: AppID
  /// As the service writes it: `Google Sheets`.
  package let name: String
  /// At least one; the first is what `new` scaffolds.
  package let setups: [SetupShape]
  package let actions: [FlowAction]
  /// `nil` if it is not known as an OAuth service.
  package let oauth: OAuthService?
  /// The service's page where credentials are made and revoked, an `https` URL; `nil` if it has none
  /// for all its accounts.
  package let credentialsPage: String?

  package init(
    id: AppID, name: String, setups: [SetupShape], actions: [FlowAction] = [],
    oauth: OAuthService? = nil, credentialsPage: String? = nil
  ) {
    self.id = id
    self.name = name
    self.setups = setups
    self.actions = actions
    self.oauth = oauth
    self.credentialsPage = credentialsPage
  }

  package func setup(_ type: SetupType) -> SetupShape? { setups.first { $0.type == type } }
}
