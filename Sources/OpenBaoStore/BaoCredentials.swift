import Model

/// How to log in to the server.
package enum BaoCredentials: Sendable {
  case token(String)
  /// `mount` is the auth method's path.
  case appRole(mount: String, roleID: String, secretID: String)
  case jwt(mount: String, role: String, jwt: String)

  /// The path and the body of the login; `nil` if no request is needed.
  var login: (path: String, body: [UInt8])? {
    switch self {
    case .token: nil
    case .appRole(let mount, let roleID, let secretID):
      ("auth/\(mount)/login", Self.json(["role_id": roleID, "secret_id": secretID]))
    case .jwt(let mount, let role, let jwt):
      ("auth/\(mount)/login", Self.json(["role": role, "jwt": jwt]))
    }
  }

  /// The secrets that an error must never show.
  var secrets: [String] {
    switch self {
    case .token(let token): [token]
    case .appRole(_, let roleID, let secretID): [secretID, roleID]
    case .jwt(_, _, let jwt): [jwt]
    }
  }

  private static func json(_ values: [String: String]) -> [UInt8] {
    Array(canonicalJSON(values).utf8)
  }
}
