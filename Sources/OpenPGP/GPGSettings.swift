/// How gpg is run.
package struct GPGSettings: Sendable {
  /// `nil`: the user's own, from `GNUPGHOME` or gpg's default.
  package let home: String?
  /// Whether a pinentry may ask a person for a passphrase.
  package let isInteractive: Bool
  /// The maximum duration of one operation.
  package let deadline: Duration

  package init(home: String? = nil, isInteractive: Bool, deadline: Duration? = nil) {
    self.home = home
    self.isInteractive = isInteractive
    self.deadline = deadline ?? (isInteractive ? .seconds(300) : .seconds(30))
  }

  /// The same settings, without asking for a passphrase.
  var silent: GPGSettings { GPGSettings(home: home, isInteractive: false, deadline: deadline) }
}
