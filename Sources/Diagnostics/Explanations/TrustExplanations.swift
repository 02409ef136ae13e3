/// What the codes of trust in the project file mean.
extension Explanation {
  static let untrustedSetting = Explanation(
    "Setting differs from the trusted project file",
    """
    A pull request is untrusted input. Settings that run something, or decide where a credential, a
    token or a request goes, are taken from the trusted vaultctl.yaml: that of the target branch, of
    a protected ref, or of `--trust-ref`. This one differs in the work tree; the trusted value is
    used, and the change takes effect once it is merged. `--fail-on untrusted` makes it an error.
    """)

  static let looserSetting = Explanation(
    "Setting is looser than in the trusted project file",
    """
    A branch may tighten a check, and may not loosen it: `policy`, `signing`, `signers` and the
    ledger, that a field is secret, and the project's name and id. The trusted value is used, and the
    run fails.
    """)

  static let trustedFileMissing = Explanation(
    "Trusted project file not available",
    """
    In the pipeline of a pull or merge request, the tip of the target branch is trusted. It must be
    in the clone, as the ref refs/remotes/<remote>/<branch>; a shallow clone of the pull request
    alone does not have it. No store is opened and no command is run without it.
    """)

  static let trustNeeded = Explanation(
    "Settings need trust",
    """
    vaultctl.yaml says what to run or where to send credentials, and nothing says that it may.
    `vaultctl trust` shows these settings and records your approval on this machine. A pipeline
    takes trust from git, or from VAULTCTL_TRUST_DIGEST. A project with the default SQLite store
    needs no trust.
    """)

  static let trustDiffers = Explanation(
    "Settings are not the approved ones",
    """
    Settings of vaultctl.yaml, or files of the project that they run, are not those that
    VAULTCTL_TRUST_DIGEST or your approval is for. Review them before you approve them again.
    """)

  static let trustedCommandDiffers = Explanation(
    "Command of a trusted setting was changed",
    """
    A trusted setting, such as `credentialsCommand`, runs a file of the repository, and the work tree
    has another version of that file than the trusted revision. It was not run.
    """)

  static let trustNotRecorded = Explanation(
    "Approval cannot be kept there",
    """
    Approvals are files of mode 0600 in $XDG_STATE_HOME/vaultctl/trust, or in
    ~/.local/state/vaultctl/trust, which must be outside of the project's work tree and belong to you.
    """)

  static let foreignProject = Explanation(
    "Project of another user",
    """
    A vaultctl.yaml in a parent folder, or its folder, belongs to another user. Anybody can put one
    into a shared folder such as /tmp, so it is used only if you name the folder with `-C`.
    """)
}
