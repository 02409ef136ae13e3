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
    The message is addressed to the keys listed, and your keyring has no secret key for any of them.
    """)

  static let agentUnavailable = Explanation(
    "No way to ask for the passphrase",
    """
    The key is protected by a passphrase, or is on a smartcard, and gpg-agent could not ask for the
    passphrase or the PIN. gpg's own rules say where it asks: on the terminal that `GPG_TTY` names, or
    with a graphical pinentry. It never asks in CI (the variable `CI`) or with `--batch`. In CI,
    use a key without a passphrase that is stored as a CI secret, or preset the passphrase in gpg-agent.
    """)

  static let cancelled = Explanation(
    "Canceled",
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
    `signers`. Seal the value again with `vaultctl set`; to sign values that you know to be genuine, run
    `vaultctl rekey --accept-unsigned`.
    """)

  static let deadlineExceeded = Explanation(
    "gpg timed out",
    """
    Usually a pinentry is waiting for input that nobody can give, or gpg-agent hangs. After one timeout,
    the command makes no further request to gpg; restart the agent: `gpgconf --kill gpg-agent`. The
    limit is 30 seconds, and 5 minutes where a person may type a passphrase.
    """)

  static let gpgUnavailable = Explanation(
    "gpg not available",
    """
    gpg or libgpgme is not installed or too old.
    """)

  static let recipientsDiffer = Explanation(
    "Recipients out of date",
    """
    The value is addressed to other keys than the project file lists for this file, or to subkeys that
    expired or were revoked. That is what the value claims, without proof. `vaultctl rekey`
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

  static let storeKeyUnchecked = Explanation(
    "Store key not compared",
    """
    The store's own key is sealed for the recipients of its environment. A plan compares them, and
    needs their public keys for it, which are not in the keyring here. Import them; no private key
    is needed. Until then an apply does not end with exit code 0.
    """)

  static let unboundSignature = Explanation(
    "Signature without a binding",
    """
    With `signing: required`, a signature must name the field that it was made for, in the notation
    `binding@vaultctl`. This one does not: an earlier version made it, or a signed value or
    mail was wrapped again. A signer who trusts where such values come from signs them with
    `vaultctl rekey --accept-unsigned`.
    """)

  static let signedForAnother = Explanation(
    "Signature for another field",
    """
    A signer signed the value for another project, environment, connection or field. It was
    moved here, with its signature, and is refused.
    """)

  static let projectRenamed = Explanation(
    "Project renamed",
    """
    Values are sealed for the project's name, so none of them opens after `name` was changed in
    the project file. `vaultctl rename-project OLD NEW` seals them again for the new name, also if
    the file was already changed.
    """)

  static let mislabelled = Explanation(
    "Key packet with a false label",
    """
    A message names the keys that it is addressed to, and anyone can change these names. This one
    names a key of yours, and that key does not open it: the packet belongs to another key, or is
    damaged. `vaultctl rekey` seals the value again if one of your keys opens it; otherwise another
    recipient has to. Then rotate the value.
    """)

  static let duplicateKeyID = Explanation(
    "Several key packets for one key",
    """
    gpg writes one packet for each key. A second one with the same key ID may be that of a removed
    recipient, relabeled. `vaultctl rekey` seals the value again for its recipients alone.
    """)

  static let passphrasePacket = Explanation(
    "Sealed for a passphrase as well",
    """
    Besides its recipients, anyone who knows a passphrase can open the message. `vaultctl rekey`
    seals the value again for its recipients alone.
    """)

  static let moreKeyPackets = Explanation(
    "More key packets than recipients",
    """
    Usually a recipient was removed from the project file, and the value was not sealed again yet:
    run `vaultctl rekey`.
    """)

  static let hiddenRecipients = Explanation(
    "Hidden recipients",
    """
    The message does not name its recipients (gpg's `throw-keyids` or `hidden-recipient`).
    `vaultctl rekey` seals it again with the recipients visible.
    """)

  static let addressedToOthers = Explanation(
    "gpg sealed for other keys",
    """
    The message that gpg made hides its recipients, or is addressed to others than those that
    vaultctl named, so it was not used. A line in gpg's configuration does this: `throw-keyids`,
    `recipient`, `hidden-recipient` or `group`. Remove it, or use a GnuPG home without it
    (`GNUPGHOME`).
    """)

  static let recipientNotYetValid = Explanation(
    "Recipient dated in the future",
    """
    gpg seals nothing for a key that was created later than now. Either this machine's clock is
    wrong, or the one on which the key was made was.
    """)

  static let recipientExpiring = Explanation(
    "Recipient expires soon",
    """
    After that, nothing can be sealed for the key. Its owner extends it with
    `gpg --quick-set-expire`, also for its encryption subkey, and publishes it again.
    """)

  static let editDiscarded = Explanation(
    "Edited value discarded",
    """
    The value that the editor left was refused, for the reason reported with this one, and was not edited
    again. It was wiped, and the manifest still has the previous value. At a terminal, `edit` asks whether
    to edit it again.
    """)

  static let foreignCiphertext = Explanation(
    "Ciphertext of another tool",
    """
    The value has the form of a ciphertext that another tool made: SOPS, Vault's transit engine, age,
    Ansible Vault, hiera-eyaml, OpenPGP with text around the message, `openssl enc`, git-crypt, Jasypt
    or Spring Cloud Config. Sealing it would seal the ciphertext, and the service would be sent that.
    Decrypt it with its tool first, and then seal the value. If the ciphertext is what the service expects, pass
    `--allow-placeholder` to `encrypt`, `set` or `edit`.
    """)

  static let sopsDocument = Explanation(
    "Document encrypted by SOPS",
    """
    The document has the `sops` key that SOPS writes. It holds the data key: without it, no value in the
    document can be decrypted any more, so do not remove it. Decrypt the document with SOPS, which
    removes the key, and then seal its values with `vaultctl encrypt`.
    """)

  static let valueNotRead = Explanation(
    "Value not read",
    """
    A value was to be read from stdin or from a file, and reading it failed before its end. A part of a
    value is no value, so nothing was sealed. The note has the system's reason.
    """)

  static let notPublicKey = Explanation(
    "Not a public key",
    """
    `vaultctl recipients add FILE` takes the export of one public key: `gpg --armor --export FINGERPRINT`.
    A file with several keys does not say which one is meant, and a private key must not leave its
    owner's keyring.
    """)

  static let placeholderValue = Explanation(
    "Placeholder instead of a value",
    """
    The value has the form of a text that something else was to replace: `##KEY##`, `@@KEY@@`, `${var.x}`,
    `{{ key }}`, `<your-api-key>`, `CHANGEME`, a mask such as `******`, or of a reference that another
    tool resolves, such as `ref+awssecrets://` or `op://`. vaultctl has no variables and no templates:
    the service would be sent the text as it is. Seal the value, or leave the field empty until you have
    it. If the text is the value, pass `--allow-placeholder` to `encrypt`, `set` or `edit`.
    """)
}
