/// An Auth0 tenant.
package struct Auth0Settings: Hashable, Sendable {
  package let domain: String
  /// The base of its API, if that is not the domain; without a slash at the end.
  package let baseURL: String?
  /// Prints the login as lines `AUTH0_CLIENT_ID=…`; empty: the environment has it.
  package let credentialsCommand: [String]

  package init(domain: String, baseURL: String?, credentialsCommand: [String]) {
    self.domain = domain
    self.baseURL = baseURL
    self.credentialsCommand = credentialsCommand
  }
}
