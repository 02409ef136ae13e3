package import Diagnostics

/// Secrets of a connection that stay the same and would be sent somewhere else than before.
package struct Redirect: Hashable, Sendable {
  /// Fields, sorted.
  package let secrets: [FieldName]
  /// Whether tokens that were issued before would be sent there, too.
  package let includesTokens: Bool
  /// The new ones, sorted.
  package let destinations: [Destination]
  /// The app that gets them now, if that changed.
  package let app: AppID?

  package init(
    secrets: [FieldName], includesTokens: Bool, destinations: [Destination], app: AppID?
  ) {
    self.secrets = secrets
    self.includesTokens = includesTokens
    self.destinations = destinations
    self.app = app
  }

  /// What another redirect of the connection does not name; `nil` if that is nothing.
  package func without(_ other: Redirect?) -> Redirect? {
    guard let other else { return self }
    let left = secrets.filter { !other.secrets.contains($0) }
    return left.isEmpty
      ? nil : Redirect(secrets: left, includesTokens: false, destinations: destinations, app: app)
  }
}

/// A redirect that two states of a project differ by.
package struct ConnectionRedirect: Hashable, Sendable {
  package let connection: ConnectionName
  /// `nil`: in the base, and in every environment that has no entry of its own.
  package let environment: String?
  package let redirect: Redirect
  /// `false`: the secrets were sealed again, and no key is here to compare them.
  package let isCertain: Bool
  /// Where they were sent before, sorted; empty if the connection is new.
  package let formerDestinations: [Destination]
  /// Of the setup, in the newer state.
  package let location: Location

  package init(
    connection: ConnectionName, environment: String?, redirect: Redirect, isCertain: Bool,
    formerDestinations: [Destination], location: Location
  ) {
    self.connection = connection
    self.environment = environment
    self.redirect = redirect
    self.isCertain = isCertain
    self.formerDestinations = formerDestinations
    self.location = location
  }
}
