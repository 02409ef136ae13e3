/// How a tenant's API is logged in to.
package enum Auth0Credentials: Sendable {
  case token(String)
  case client(id: String, secret: String)

  /// From the variables of the vendor's tools: `AUTH0_API_TOKEN`, or `AUTH0_CLIENT_ID` and
  /// `AUTH0_CLIENT_SECRET`. `nil` if neither is set.
  package init?(_ variables: [String: String]) {
    func variable(_ name: String) -> String? {
      variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let token = variable("AUTH0_API_TOKEN") {
      self = .token(token)
    } else if let id = variable("AUTH0_CLIENT_ID"), let secret = variable("AUTH0_CLIENT_SECRET") {
      self = .client(id: id, secret: secret)
    } else {
      return nil
    }
  }
}
