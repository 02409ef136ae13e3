import FoundationEssentials
import Model

/// How one logs in to the server.
package enum BaoCredentials: Sendable {
  case token(String)
  /// `mount` is the auth method's path.
  case appRole(mount: String, roleID: String, secretID: String)
  case jwt(mount: String, role: String, jwt: String)

  /// The path and the body of the login; `nil` where there is nothing to ask for.
  var login: (path: String, body: [UInt8])? {
    switch self {
    case .token: nil
    case .appRole(let mount, let roleID, let secretID):
      ("auth/\(mount)/login", Self.json(["role_id": roleID, "secret_id": secretID]))
    case .jwt(let mount, let role, let jwt):
      ("auth/\(mount)/login", Self.json(["role": role, "jwt": jwt]))
    }
  }

  /// What an error's words must never show.
  var secrets: [String] {
    switch self {
    case .token(let token): [token]
    case .appRole(_, let roleID, let secretID): [secretID, roleID]
    case .jwt(_, _, let jwt): [jwt]
    }
  }

  private static func json(_ values: [String: String]) -> [UInt8] {
    Array((try? JSONEncoder().encode(values)) ?? Data())
  }
}

/// A token that the server takes.
struct BaoToken: Sendable {
  let text: String
  /// Milliseconds since 1970 at which it should be renewed, and at which it ends; `nil` for one that
  /// does not end, or of which nobody has told.
  let renewAt: Int64?
  let endsAt: Int64?
  let isRenewable: Bool

  init(_ text: String, lease: Seconds = 0, isRenewable: Bool = false, now: Int64) {
    self.text = text
    self.isRenewable = isRenewable
    let lease = lease.milliseconds
    renewAt = lease > 0 ? now + (lease / 2).count : nil
    endsAt = lease > 0 ? now + lease.count : nil
  }

  /// The `auth` part of a login's or a renewal's answer.
  init?(answer: [UInt8], now: Int64) {
    struct Response: Decodable {
      struct Auth: Decodable {
        let client_token: String
        let lease_duration: Seconds
        let renewable: Bool
      }
      let auth: Auth?
    }
    guard let auth = try? JSONDecoder().decode(Response.self, from: Data(answer)).auth else {
      return nil
    }
    self.init(
      auth.client_token, lease: auth.lease_duration, isRenewable: auth.renewable, now: now)
  }
}
