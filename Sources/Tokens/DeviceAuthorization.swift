package import Model
import Secrets

/// An authorization that a person gives on another device (RFC 8628).
package struct DeviceAuthorization: Sendable {
  let code: SecretBytes
  /// The code that the person types in; it is meant to be shown.
  package let userCode: String
  package let url: String
  /// The URL with the code in it, if the service offers one.
  package let completeURL: String?
  package let endsAt: Timestamp
  /// Seconds between two polls.
  package let interval: Int64
}

extension TokenRequests {
  package func authorizeDevice(
    scopes: Set<Scope>
  ) async throws(TokenError) -> DeviceAuthorization {
    var form = SecretForm()
    addScopes(scopes, to: &form)
    let url = try client.endpoint(client.service.deviceEndpoint, "device authorization")
    // RFC 8628 section 3.1: the client's id is a parameter, however it authenticates.
    if client.service.clientAuthentication == .basic, client.secret != nil {
      form.add("client_id", client.id)
    }
    let raw = try await post(form, to: url)
    let value = ResponseValue.read(raw.body)
    if let fault = TokenError(errorResponse: value, raw, invalidGrantCodes: []) { throw fault }
    guard let code = value?["device_code"]?.secret,
      let userCode = value?["user_code"]?.plainText,
      let page = (value?["verification_uri"] ?? value?["verification_url"])?.plainText
    else { throw .transient("the response has no device code", retryAfter: nil) }
    // No consent takes longer than a day, and no service means to be polled less often.
    let lifetime = (value?["expires_in"]?.seconds ?? 600).clamped(to: 1...86_400)
    let interval = (value?["interval"]?.seconds ?? 5).clamped(to: 1...300)
    return DeviceAuthorization(
      code: code, userCode: userCode, url: page,
      completeURL: value?["verification_uri_complete"]?.plainText,
      endsAt: raw.sentAt + lifetime.milliseconds, interval: interval.count)
  }

  /// Polls until the person has decided, as often as the service allows.
  ///
  /// - Parameters:
  ///   - timeout: seconds that we wait at most; `nil` is as long as the service does.
  ///   - sleep: waits for a number of seconds; what it throws ends the wait.
  /// - Throws: the service's final error; `consent` if its time is over, `transient` if ours is.
  package func response(
    to device: DeviceAuthorization, timeout: Int64? = nil,
    sleep: (Int64) async throws(TokenError) -> Void
  ) async throws(TokenError) -> RawResponse {
    var interval = device.interval
    var unexplained = 0
    let deadline = timeout.map { now() + Seconds($0).milliseconds }
    let end = min(device.endsAt, deadline ?? device.endsAt)
    while true {
      // A service that wants long pauses does not prolong the wait.
      let left = (end.milliseconds - now().milliseconds + 999) / 1000
      try await sleep(max(1, min(interval, left)))
      if Task.isCancelled { throw .transient("cancelled", retryAfter: nil) }
      do throws(TokenError) {
        let raw = try await send(.device(code: device.code))
        guard
          let fault = TokenError(
            errorResponse: ResponseValue.read(raw.body), raw, invalidGrantCodes: [])
        else {
          return raw
        }
        throw fault
      } catch {
        switch error {
        case .authorizationPending: break
        // RFC 8628 section 3.5: five seconds more for all further polls.
        case .slowDown: interval += 5
        case .transient, .responseLost: interval = min(interval * 2, 300)
        // A page in front of the service; a person is waiting, so not for long.
        case .unspecified where unexplained < TokenRecord.unexplainedLimit: unexplained += 1
        case .consent, .configuration, .local, .unspecified, .interrupted: throw error
        }
      }
      if now() >= device.endsAt { throw .consent(.refused(code: "expired_token")) }
      if let timeout, now() >= end {
        throw .transient("no consent within \(timeout) s", retryAfter: nil)
      }
    }
  }
}
