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

    A service that has refused for three days without an OAuth error (RFC 6749 section 5.2) counts
    as well; the note says what it responded with. It may only be out of order, so the refresh token
    is still tried every few hours.
    """)

  static let renewalFailed = Explanation(
    "Token renewal failed",
    """
    The service was unreachable or busy, answered with something that is no OAuth response (a page,
    a redirect, an empty body), or rejected the client. Stored tokens are unchanged. Everything is
    retried, with increasing and random delays of up to five minutes. A rejected client is retried
    every few hours, once its setup was changed and applied, or when `vaultctl refresh NAME` names
    it.
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
    A service's or a store's response has a time that differs from this machine's clock. The times of
    tokens are the service's, those of locks and leases the store's, so that hosts whose clocks differ
    agree about them. Over 60 seconds, it is a warning: correct the clock that is wrong.
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
    it. With `tokens: {journal: store}` in the project file, it is in OpenBao, and any machine saves it.
    Do not delete it, because the service may accept no other refresh token. If that folder could
    not be written either, the tokens are lost and the connection must be authorized again.

    As a warning, it says that this folder cannot be written now. Tokens are renewed all the same, but
    a process that is killed during a renewal loses its new tokens. Another warning says that the store
    has not accepted new tokens for ten seconds, and whether the journal has them.
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

  static let serviceNotAlive = Explanation(
    "The service that renews tokens is not alive",
    """
    `vaultctl probe` reads the metrics file of `vaultctl refresh --watch --metrics-file FILE`. The
    service writes it after each pass over all tokens, at least every 30 seconds while none of them
    takes longer. A file that is older means that it hangs, was killed, or cannot write the file;
    with --ready, that its store could not be used.
    """)

  static let endpointsNotDiscovered = Explanation(
    "Endpoints could not be discovered",
    """
    An app with `oauth: {issuer: URL}` takes the endpoints that it does not give from the issuer's
    metadata (RFC 8414, or OpenID Connect Discovery). A plan fetches it; the metadata must name
    exactly that issuer, comes without a redirect, and each endpoint must be https. What was found is
    recorded by the apply and used from then on; another endpoint in a later plan is a redirect (VC3042).
    While the metadata is unavailable, what was recorded stays in use.
    """)

  static let projectOutdated = Explanation(
    "The project file changed under a service",
    """
    A service (`vaultctl refresh --watch`) reads the project file when it starts, and keeps its apps,
    margins and environments. The file has changed since. Restart the service, on each host: where one
    host knows the new settings and another does not, a connection whose app changed is renewed by both,
    at most once a minute. The metric `vaultctl_project_outdated` is 1 until then.
    """)

  static let commandNotRun = Explanation(
    "Command could not be started",
    """
    `vaultctl exec NAME -- COMMAND` runs a program from the PATH with the connection's credentials.
    The note says why it did not start.
    """)

  static let lifetimeTooShort = Explanation(
    "Token lifetime too short",
    """
    The service issued a token with a lifetime of less than three seconds, often 0. No token of that
    kind is valid for long enough to be renewed in time, so vaultctl requests one once a minute at
    most, and whenever `vaultctl exec` needs one. If 0 means that the tokens do not expire, say so in
    the project's own app: `accessTokens: {zeroMeans: never}`. Otherwise correct the lifetime at the
    service.
    """)
}
