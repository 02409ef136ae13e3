/// What the codes of secrets and keys mean.
extension Explanation {
  static let recipientNotFound = Explanation(
    "Recipient not in the keyring",
    """
    gpg can only seal for keys in the keyring. Import the key; it is trusted because the project
    file lists its full fingerprint.
    """)

  static let recipientNotFingerprint = Explanation(
    "Not a full fingerprint",
    """
    Short key IDs, names and email addresses can be forged, or may refer to a different key
    tomorrow. Give all 40 (or 64) hex digits of the primary key's fingerprint.
    """)

  static let plaintextSecret = Explanation(
    "Secret in plain text",
    """
    The catalog marks the field as secret, and its value is not sealed. If the value was ever
    pushed, rotate it: sealing it now does not remove it from history.
    """)

  static let malformedMessage = Explanation(
    "Incomplete OpenPGP message",
    """
    The value looks sealed but is truncated or damaged. Restore it from git, or seal the value
    again.
    """)

  static let recipientAmbiguous = Explanation(
    "Several keys with this fingerprint",
    """
    The keyring is damaged, or two key versions collide. Nothing is sealed for such a recipient.
    """)

  static let recipientRevoked = Explanation(
    "Recipient revoked",
    """
    The owner revoked the key. Replace it in the project file, run `vaultctl rekey`, and rotate the
    values that it could open.
    """)

  static let recipientExpired = Explanation(
    "Recipient expired",
    """
    If its owner extended the key, fetch it again. Otherwise replace it and run `vaultctl rekey`.
    """)

  static let recipientDisabled = Explanation(
    "Recipient disabled",
    """
    The key is disabled in your keyring.
    """)

  static let recipientCannotEncrypt = Explanation(
    "Recipient cannot receive encrypted values",
    """
    The key has no valid encryption subkey.
    """)

  static let duplicateRecipient = Explanation(
    "Duplicate recipient",
    """
    Remove one of the two.
    """)

  static let noSecretKey = Explanation(
    "No matching secret key",
    """
    The message is sealed for the keys listed, and your keyring has no secret key for any of them.
    """)

  static let agentUnavailable = Explanation(
    "No way to ask for the passphrase",
    """
    The key is protected by a passphrase and gpg-agent could not ask for it. In CI, use a key
    without a passphrase that is stored as a CI secret, or preset the passphrase in gpg-agent.
    """)

  static let cancelled = Explanation(
    "Cancelled",
    """
    The request was declined, or there was no terminal to ask on.
    """)

  static let badMessage = Explanation(
    "Damaged message",
    """
    The message failed its integrity check, or its contents do not match its format.
    """)

  static let bindingMismatch = Explanation(
    "Sealed value moved",
    """
    Every sealed value is bound to its project, environment, connection and field. A value that was
    moved, such as a Stripe key copied into an HTTP connection's URL, is refused. To rename a
    connection, use `vaultctl rename`, which seals its values again.
    """)

  static let noValidSignature = Explanation(
    "No valid signature",
    """
    With `signing: required`, every sealed value must carry the signature of one of the project's
    `signers`.
    """)

  static let deadlineExceeded = Explanation(
    "gpg timed out",
    """
    Usually a pinentry is waiting for input that nobody can give.
    """)

  static let gpgUnavailable = Explanation(
    "gpg not available",
    """
    gpg or libgpgme is not installed or too old.
    """)

  static let recipientsDiffer = Explanation(
    "Recipients out of date",
    """
    The value is sealed for other keys than the project file lists for this file. `vaultctl rekey`
    seals such values again and leaves all others as they are.
    """)

  static let formerRecipient = Explanation(
    "Removed recipient knows a value",
    """
    Sealing a value again does not make anyone forget it. Create a new credential at the service
    and store it with `vaultctl set`.
    """)

  static let gpgFailed = Explanation(
    "gpg failed",
    """
    The note gives gpg's own reason.
    """)

  static let invalidSecretValue = Explanation(
    "Secret value not allowed",
    """
    The opened value is too short, too long or has the wrong format for its field. The value is
    never shown.
    """)

  static let secretUnknown = Explanation(
    "Secret known only to the store",
    """
    `import` found a secret that it cannot read, because the store never returns secrets or because
    no key for it is available here. The manifest leaves the field to the store (`spec.ignore`);
    `vaultctl set` takes it over.
    """)

  static let editDiscarded = Explanation(
    "Edited value discarded",
    """
    The value that the editor left was refused, for the reason reported with this one, and was not edited
    again. It was wiped, and the manifest still has the previous value. At a terminal, `edit` asks whether
    to edit it again.
    """)
}
