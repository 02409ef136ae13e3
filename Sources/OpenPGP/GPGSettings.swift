/// How gpg is run.
package struct GPGSettings: Sendable {
  /// `nil`: the user's own, from `GNUPGHOME` or gpg's default.
  package let home: String?
  /// Whether gpg may ask for a passphrase, by its own rules: `GPG_TTY`, a graphical pinentry.
  package let isInteractive: Bool
  /// Whether it is recorded beside the keyring which session keys were made here.
  let recordsSessionKeys: Bool
  /// The maximum duration of one operation, in which a person may have to type a passphrase.
  package let deadline: Duration
  /// The same for what needs no person.
  var answerDeadline: Duration { min(deadline, .seconds(30)) }

  package init(
    home: String? = nil, isInteractive: Bool, recordsSessionKeys: Bool = true,
    deadline: Duration? = nil
  ) {
    self.home = home
    self.isInteractive = isInteractive
    self.recordsSessionKeys = recordsSessionKeys
    self.deadline = deadline ?? (isInteractive ? .seconds(300) : .seconds(30))
  }

  /// The same settings, without asking for a passphrase.
  var silent: GPGSettings {
    GPGSettings(
      home: home, isInteractive: false, recordsSessionKeys: recordsSessionKeys, deadline: deadline)
  }
}
