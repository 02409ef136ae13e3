/// What the codes of tokens mean.
extension Explanation {
  static let tokenExpired = Explanation(
    "An access token has expired",
    """
    Whoever uses the connection is refused by the service until it is renewed. `vaultctl refresh`
    renews what can renew itself; run it from a timer, or leave `vaultctl refresh --watch` on.
    """)

  static let tokenEnding = Explanation(
    "Tokens end soon, and do not renew themselves",
    """
    The access token has no refresh token behind it, or the refresh token itself ends: services
    let an unused one die, and some end it at a fixed time after the consent. Authorize the
    connection again before then.
    """)

  static let needsAuthorization = Explanation(
    "A person must consent again",
    """
    The service refused the refresh token for good, the client or the declared scopes are others
    than those that were consented to, or an answer was lost on the way and the new token with
    it. Nothing is tried by itself any more. The access token that there is, is served until it
    ends. `vaultctl authorize NAME` asks for consent.
    """)

  static let renewalFailed = Explanation(
    "A token could not be renewed",
    """
    The service could not be reached, was busy, or says that the client is set up wrongly. What is
    kept stays as it is. Passing faults are tried again with growing pauses; a client that is set
    up wrongly is tried again once another setup was applied, or when `vaultctl refresh NAME`
    names it.
    """)

  static let tokensMoved = Explanation(
    "Tokens were changed while this ran",
    """
    Another process renewed, authorized or revoked the connection's tokens first. Nothing of it
    was overwritten.
    """)

  static let clockSkew = Explanation(
    "The service's clock is not ours",
    """
    The service's answer was dated otherwise than this machine's clock. Lifetimes are counted from
    our own clock, so tokens are renewed in time all the same; signed assertions are dated by the
    service's clock. Set the clock that is wrong.
    """)

  static let authorizationFailed = Explanation(
    "An authorization did not come about",
    """
    Nobody consented, the service refused, or the answer in the browser was not to this request.
    Nothing was changed.
    """)

  static let revocationFailed = Explanation(
    "A token could not be revoked at the service",
    """
    It was taken out of the store, and the service may still take it until it ends. Revoke it on
    the service's own page.
    """)

  static let noTokens = Explanation(
    "A connection has no tokens",
    """
    Its setup holds credentials that are used as they are, its app has no OAuth facts (`oauth:` of
    the project's own apps), or its store renews tokens by itself and does not show them.
    """)

  static let answerUnsaved = Explanation(
    "An answer with tokens waits to be saved",
    """
    A service gave tokens and the store could not be written. The answer is kept sealed in
    `.vaultctl/answers/` beside the project file, and is saved by the next `vaultctl refresh` on
    this machine. Do not delete it: the service may take no other refresh token. Where that folder
    could not be written either, the tokens are lost, and the connection is authorized again.
    """)

  static let scopeNarrowed = Explanation(
    "A renewal gave fewer scopes than there were",
    """
    The service granted less at a refresh than before: somebody took a permission away, or the
    service narrows. What uses the connection may fail. Authorize it again.
    """)

  static let unauthorized = Explanation(
    "A connection was never authorized",
    """
    Its credentials are there, and nobody has obtained a token with them yet. `vaultctl refresh`
    mints one where no person is needed; else a person consents: `vaultctl authorize NAME`.
    """)

  static let commandNotRun = Explanation(
    "A command could not be started",
    """
    `vaultctl exec NAME -- COMMAND` runs a program of the PATH with the connection's credentials.
    The note says why it did not start.
    """)
}
