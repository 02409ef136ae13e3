/// What happens to a refresh token when it is used.
package struct RefreshRules: Hashable, Sendable {
  package enum Rotation: String, Hashable, Sendable, CaseIterable {
    /// Each refresh gives a new one, and the old one becomes invalid.
    case always
    case never
    /// Depends on the client's configuration at the service.
    case optional
    /// There are no refresh tokens.
    case none
    case unknown
  }

  package var rotation: Rotation
  /// Seconds in which a used refresh token can be used once more.
  package var graceSeconds: Int64
  /// Seconds after which an unused refresh token expires.
  package var idleSeconds: Int64?
  /// The scope that must have been granted for a use to extend `idleSeconds`; `nil` if every use
  /// does. Without that scope they are counted from the consent.
  package var idleRenewedBy: Scope?
  /// Seconds after the consent at which a refresh token expires, used or not.
  package var hardSeconds: Int64?
  /// Seconds after the consent at which the service ends the grants of an app that is not published yet.
  package var testingSeconds: Int64?
  /// Error codes by which the service says `invalid_grant` in its own words.
  package var invalidGrantCodes: Set<String>
  /// Whether revoking one token ends others that the same client was given.
  package var revocationEndsOthers: Bool

  package init(
    rotation: Rotation = .unknown, graceSeconds: Int64 = 0, idleSeconds: Int64? = nil,
    idleRenewedBy: Scope? = nil, hardSeconds: Int64? = nil, testingSeconds: Int64? = nil,
    invalidGrantCodes: Set<String> = [], revocationEndsOthers: Bool = false
  ) {
    self.testingSeconds = testingSeconds
    self.rotation = rotation
    self.graceSeconds = graceSeconds
    self.idleSeconds = idleSeconds
    self.idleRenewedBy = idleRenewedBy
    self.hardSeconds = hardSeconds
    self.invalidGrantCodes = invalidGrantCodes
    self.revocationEndsOthers = revocationEndsOthers
  }

  /// Whether a grant that was refused this long after its consent, in seconds, was probably one of an app that is
  /// not published: it is noticed at the first renewal after its end.
  package func endsTesting(after seconds: Int64) -> Bool {
    testingSeconds.map { (($0 - $0 / 20)...($0 + $0 / 2)).contains(seconds) } ?? false
  }

  /// Whether presenting a used refresh token again may look like theft.
  package var mayRotate: Bool {
    switch rotation {
    case .always, .optional, .unknown: true
    case .never, .none: false
    }
  }
}

/// How long access tokens last if a response does not say it.
package struct AccessLifetime: Hashable, Sendable {
  package enum Assumed: Hashable, Sendable {
    case seconds(Int64)
    case forever
    case unknown
  }

  /// What `expires_in: 0` means: the services differ.
  package enum Zero: String, Hashable, Sendable, CaseIterable { case never, expired }

  package var assumed: Assumed
  package var zero: Zero

  package init(_ assumed: Assumed = .unknown, zero: Zero = .expired) {
    self.assumed = assumed
    self.zero = zero
  }
}
