/// What the codes of tokens mean.
extension Explanation {
  static let tokenExpired = Explanation(
    "Access token expired",
    """
    The service rejects the token until it is renewed. `vaultctl refresh` renews tokens; run it from
    a timer, or keep `vaultctl refresh --watch` running.
    """)

  static let tokenEnding = Explanation(
    "Tokens expire soon and cannot renew themselves",
    """
    Either there is no refresh token, or the refresh token itself expires: services expire unused
    refresh tokens, and some end them at a fixed time after consent. Authorize the connection again
    before then.
    """)

  static let needsAuthorization = Explanation(
    "Authorization required",
    """
    The service rejected the refresh token permanently, the client or the declared scopes differ
    from those that were consented to, or a response with a new token was lost. vaultctl makes no
    further attempts. The current access token works until it expires. `vaultctl authorize NAME`
    asks for consent.
    """)

  static let renewalFailed = Explanation(
    "Token renewal failed",
    """
    The service was unreachable or busy, or rejected the client configuration. Stored tokens are
    unchanged. Transient errors are retried with increasing delays; a rejected client is retried
    after its setup was changed and applied, or when `vaultctl refresh NAME` names it.
    """)

  static let tokensMoved = Explanation(
    "Tokens changed concurrently",
    """
    Another process renewed, authorized or revoked the connection's tokens first. Nothing was
    overwritten.
    """)

  static let clockSkew = Explanation(
    "Clock skew",
    """
    The service's response carries a different time than this machine's clock. Token lifetimes are
    measured with this machine's clock, so tokens are still renewed in time; signed assertions use
    the service's clock. Correct the clock that is wrong.
    """)

  static let authorizationFailed = Explanation(
    "Authorization failed",
    """
    Consent was not given, the service refused, or the response in the browser did not belong to
    this request. Nothing was changed.
    """)

  static let revocationFailed = Explanation(
    "Token not revoked at the service",
    """
    The token was removed from the store, but the service may accept it until it expires. Revoke it
    on the service's own page.
    """)

  static let noTokens = Explanation(
    "Connection has no tokens",
    """
    Its setup holds credentials that are used directly, its app defines no OAuth endpoints (`oauth:`
    in the project's own apps), or its store renews tokens itself and does not reveal them.
    """)

  static let answerUnsaved = Explanation(
    "Token response not saved",
    """
    A service issued tokens and the store could not be written. The response is kept, sealed, in
    `.vaultctl/answers/` next to the project file; the next `vaultctl refresh` on this machine saves
    it. Do not delete it, because the service may accept no other refresh token. If that folder could
    not be written either, the tokens are lost and the connection must be authorized again.
    """)

  static let scopeNarrowed = Explanation(
    "Renewal granted fewer scopes",
    """
    The service granted fewer scopes than before: a permission was revoked, or the service narrows
    grants. Flows that use the connection may fail. Authorize it again.
    """)

  static let unauthorized = Explanation(
    "Connection not authorized",
    """
    The credentials are complete, but no token has been obtained with them. `vaultctl refresh`
    obtains one where no consent is needed; otherwise a person consents with
    `vaultctl authorize NAME`.
    """)

  static let commandNotRun = Explanation(
    "Command could not be started",
    """
    `vaultctl exec NAME -- COMMAND` runs a program from the PATH with the connection's credentials.
    The note says why it did not start.
    """)
}
