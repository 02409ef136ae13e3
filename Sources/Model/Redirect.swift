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
}

/// A redirect that two states of a project differ by.
package struct ConnectionRedirect: Hashable, Sendable {
  package let connection: ConnectionName
  /// `nil`: in the base, and in every environment that has no entry of its own.
  package let environment: String?
  package let redirect: Redirect
  /// Of the setup, in the newer state.
  package let location: Location

  package init(
    connection: ConnectionName, environment: String?, redirect: Redirect, location: Location
  ) {
    self.connection = connection
    self.environment = environment
    self.redirect = redirect
    self.location = location
  }
}
