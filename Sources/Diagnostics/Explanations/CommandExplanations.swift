/// What the codes of single commands on a project mean.
extension Explanation {
  static let wrongUsage = Explanation(
    "Wrong usage",
    """
    The command line names no command, or has an argument that the command does not take; nothing was
    done. The exit code is 64. With `-o json` this is the only diagnostic of the document; on stderr
    it is a text with the usage of the command.
    """)

  static let noSuchRecipientRule = Explanation(
    "Recipient rule not found",
    """
    Recipients belong to rules, each for a path; the first that matches a file applies. `vaultctl
    recipients add` and `remove` change the project's rules, or those of the environment that --env
    selects. If there are several rules, --path selects one, written as in vaultctl.yaml.
    """)

  static let lastRecipient = Explanation(
    "Last recipient of a rule",
    """
    A rule needs at least one key: otherwise nothing could be sealed for its files. Add the key that
    replaces it first, run `vaultctl rekey`, then remove this one.
    """)

  static let noSuchRecipient = Explanation(
    "Not a recipient",
    """
    No rule that the command is about has this key. Keys are named by their full fingerprint, or by its
    last 16 digits. `vaultctl recipients list` shows all rules with the owners of their keys.
    """)

  static let notCommitted = Explanation(
    "Not committed to git",
    """
    `vaultctl delete` removes a manifest from the work tree, and git restores it if that was a mistake.
    It can do so only for what is committed, byte for byte. Commit the file first, or pass --force.
    """)

  static let noLog = Explanation(
    "Store without a log",
    """
    A SQLite store keeps a log of its own, a ledger one of every apply, and OpenBao the versions of each
    connection. This store has none of them. With `ledger: git` under `store:`, applied records are
    copied to git from the next apply on.
    """)

  static let notFormatted = Explanation(
    "Manifest not in the usual form",
    """
    `vaultctl fmt --check` reports manifests whose keys are not in the usual order, or that are not
    indented by two spaces. `vaultctl fmt` rewrites them; values and comments stay as they are.
    """)

  static let notFormattable = Explanation(
    "Manifest cannot be rewritten exactly",
    """
    `vaultctl fmt` moves whole lines and compares the result with the file: every value and every comment
    must be the same as before. Where that cannot be, with anchors or with several keys in one line, the
    file stays as it is.
    """)
}
