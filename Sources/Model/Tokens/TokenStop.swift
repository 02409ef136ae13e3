/// Why nothing more is tried automatically, or only once in a while: at the record's `retryAt`.
package enum TokenStop: Hashable, Sendable, Codable {
  /// A person must consent again.
  case consent(AuthorizationNeed)
  /// The client is misconfigured; another version of the connection lifts it.
  ///
  /// - Parameters:
  ///   - code: the service's, or what was found here.
  ///   - isLocal: which of the two; `nil` in records of earlier versions.
  case configuration(code: String, at: StoreVersion, isLocal: Bool? = nil)

  package static func misconfigured(
    _ obstacle: RenewalObstacle, at version: StoreVersion
  ) -> TokenStop {
    switch obstacle {
    case .refused(let code): .configuration(code: code, at: version, isLocal: false)
    case .local(let reason): .configuration(code: reason, at: version, isLocal: true)
    }
  }

  /// What is wrong with the client, and the connection's version that was tried; `nil` if a person must
  /// consent.
  package var misconfiguration: (obstacle: RenewalObstacle, version: StoreVersion)? {
    guard case .configuration(let text, let version, let isLocal) = self else { return nil }
    // Earlier versions kept only the text: sentences, and codes, which are mostly single words.
    return (isLocal ?? text.contains(" ") ? .local(text) : .refused(code: text), version)
  }

  /// Whether it ends by itself even without a retry time, as in records of earlier versions.
  package var isTriedAgain: Bool {
    switch self {
    case .configuration, .consent(.unspecified): true
    case .consent: false
    }
  }
}

/// Why a person must consent.
package enum AuthorizationNeed: Hashable, Sendable, Codable {
  /// The service's code.
  ///
  /// - Parameter testingDays: days after which the service ends a grant of an app that is not published,
  ///   if this was probably one; absent in records of earlier versions.
  case refused(code: String, testingDays: Int? = nil)
  /// The service refused for days and did not say why.
  ///
  /// - Parameter seen: what it responded with; `nil` in records of earlier versions.
  case unspecified(seen: String? = nil)
  /// The response to a refresh was lost, and with it the only valid refresh token.
  case answerLost
  case clientChanged
  case scopesChanged
  case refreshTokenEnded
  case noRefreshToken
  case revoked

  /// Whether the present grant is renewed all the same, until there is another one.
  package var leavesGrant: Bool {
    switch self {
    case .scopesChanged: true
    case .refused, .unspecified, .answerLost, .clientChanged, .refreshTokenEnded, .noRefreshToken,
      .revoked:
      false
    }
  }

  package var summary: String {
    switch self {
    case .refused(let code, nil): "the service reports `\(code)`"
    case .refused(let code, let days?):
      "the service reports `\(code)`, \(days) days after the consent, when it ends grants of an app in testing"
    case .unspecified(let seen):
      "the service refuses without giving a reason (unspecified)" + (seen.map { ": \($0)" } ?? "")
    case .answerLost: "the response to a refresh was lost, and the new token with it"
    case .clientChanged: "the client changed, and tokens belong to one client"
    case .scopesChanged: "the declared scopes changed since consent"
    case .refreshTokenEnded: "the refresh token has expired"
    case .noRefreshToken: "the service issued no refresh token"
    case .revoked: "it was revoked"
    }
  }

  /// What to do so that another consent lasts longer; `nil` if nothing is known.
  package var remedy: String? {
    switch self {
    case .refused(_, .some):
      "publish the app at the service first (its publishing status is Testing), or consent again each time"
    case .refused(_, nil), .unspecified, .answerLost, .clientChanged, .scopesChanged,
      .refreshTokenEnded, .noRefreshToken, .revoked:
      nil
    }
  }
}
