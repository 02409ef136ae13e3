/// What the codes of secrets and keys mean.
extension Explanation {
  static let recipientNotFound = Explanation(
    "A recipient is not in the keyring",
    """
    To seal for a key, gpg must have it. Import it; its full fingerprint in the project
    file is what makes it trusted.
    """)

  static let recipientNotFingerprint = Explanation(
    "Not a full fingerprint",
    """
    Short key ids, names and e-mail addresses can be forged or mean another key
    tomorrow. Write all 40 (or 64) hex digits of the primary key.
    """)

  static let plaintextSecret = Explanation(
    "A secret stands in clear",
    """
    The catalog calls the field secret, and its value is not sealed. If it was ever
    pushed, rotate it: sealing now does not take it back.
    """)

  static let malformedMessage = Explanation(
    "Not a whole OpenPGP message",
    """
    The value looks like a sealed one and is cut off or damaged. Take it back from git,
    or seal the value anew.
    """)

  static let recipientAmbiguous = Explanation(
    "More than one key has the fingerprint",
    """
    The keyring is damaged or two key versions collide; nothing is sealed for such a
    recipient.
    """)

  static let recipientRevoked = Explanation(
    "A recipient is revoked",
    """
    Its owner took the key back. Replace it in the project file, then `vaultctl rekey`,
    and rotate what it could open.
    """)

  static let recipientExpired = Explanation(
    "A recipient has expired",
    """
    Fetch the key again if its owner renewed it; else replace it and `vaultctl rekey`.
    """)

  static let recipientDisabled = Explanation(
    "A recipient is disabled",
    """
    You disabled the key in your keyring.
    """)

  static let recipientCannotEncrypt = Explanation(
    "A recipient cannot be sealed for",
    """
    The key has no valid subkey for encryption.
    """)

  static let duplicateRecipient = Explanation(
    "A recipient is listed twice",
    """
    Remove one of the two.
    """)

  static let noSecretKey = Explanation(
    "None of the needed keys is here",
    """
    The message is sealed for the keys named, and your keyring has the secret part of
    none.
    """)

  static let agentUnavailable = Explanation(
    "No passphrase could be asked for",
    """
    The key is protected and gpg-agent could not ask. In CI, use a key without
    passphrase that is kept as a secret of the CI, or preset the passphrase.
    """)

  static let cancelled = Explanation(
    "It was cancelled",
    """
    Somebody said no, or there was nobody to ask.
    """)

  static let badMessage = Explanation(
    "A message is damaged",
    """
    Its integrity check failed, or it is not what it claims to be.
    """)

  static let bindingMismatch = Explanation(
    "A sealed value stands in another place",
    """
    Project, connection and field are bound into every sealed value. Moving one, say a
    Stripe key into an HTTP connection's URL, is refused. After renaming a connection,
    seal its values anew.
    """)

  static let noValidSignature = Explanation(
    "No valid signature",
    """
    `signing: required` asks for the signature of one of the project's signers on every
    sealed value.
    """)

  static let deadlineExceeded = Explanation(
    "gpg did not answer in time",
    """
    Most often a pinentry waits for somebody who is not there.
    """)

  static let gpgUnavailable = Explanation(
    "gpg cannot be used",
    """
    gpg or libgpgme is missing or too old.
    """)

  static let recipientsDiffer = Explanation(
    "A value is not sealed for its recipients",
    """
    The rule for the file names other keys than the message is for. `vaultctl rekey`
    seals just these values anew.
    """)

  static let formerRecipient = Explanation(
    "A former recipient knows a value",
    """
    Sealing anew does not make anybody forget. Make a new credential at the service and
    `vaultctl set` it.
    """)

  static let gpgFailed = Explanation(
    "gpg failed",
    """
    gpg's own reason is in the note.
    """)

  static let invalidSecretValue = Explanation(
    "A secret value that the catalog does not allow",
    """
    The value was opened and is too short, too long or of another form. It is never
    shown.
    """)

  static let secretUnknown = Explanation(
    "A secret that only the store has",
    """
    `import` found a secret that the store does not give back here: because it never does, or
    because none of its keys is at hand. The manifest leaves the field to the store
    (`spec.ignore`); `vaultctl set` takes it over.
    """)
}
