import FoundationEssentials
import Model

/// A token that the server accepts.
struct BaoToken: Sendable {
  let text: String
  /// Milliseconds since 1970 at which it should be renewed, and at which it ends; `nil` for one that
  /// does not end, or whose end is unknown.
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

  /// The `auth` part of the response to a login or a renewal.
  init?(response: [UInt8], now: Int64) {
    struct Response: Decodable {
      struct Auth: Decodable {
        let client_token: String
        let lease_duration: Seconds
        let renewable: Bool
      }
      let auth: Auth?
    }
    guard let auth = try? JSONDecoder().decode(Response.self, from: Data(response)).auth else {
      return nil
    }
    self.init(
      auth.client_token, lease: auth.lease_duration, isRenewable: auth.renewable, now: now)
  }
}
