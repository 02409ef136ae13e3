import FoundationEssentials
import Model

/// A token that the server accepts.
struct BaoToken: Sendable {
  let text: String
  /// When it should be renewed, and when it ends, in milliseconds of elapsed time; `nil` for one that does
  /// not end, or whose end is unknown.
  let renewAt: Int64?
  let endsAt: Int64?
  let isRenewable: Bool
  /// Whether its end is not known, and is asked for at `renewAt`.
  private(set) var isUnexamined = false

  /// A token that another process obtained.
  ///
  /// - Parameter checkAt: when its end is asked for: most commands are over by then.
  init(given text: String, checkAt: Int64) {
    self.text = text
    isRenewable = false
    isUnexamined = true
    renewAt = checkAt
    endsAt = nil
  }

  /// The same token, which could not be renewed now.
  ///
  /// - Parameter time: when that is tried again.
  func postponed(to time: Int64) -> BaoToken {
    BaoToken(text: text, renewAt: time, endsAt: endsAt, isRenewable: isRenewable)
  }

  private init(text: String, renewAt: Int64?, endsAt: Int64?, isRenewable: Bool) {
    self.text = text
    self.renewAt = renewAt
    self.endsAt = endsAt
    self.isRenewable = isRenewable
  }

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
