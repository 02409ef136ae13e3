/// The variables that a child process gets.
///
/// - git gets those that it needs (`git`).
/// - gpg with its agent, and an editor, get all but the stores' logins (`withoutLogins`).
/// - `exec`, `watch --exec` and `credentialsCommand` get all of them: the user or a trusted file names
///   the command, and it may need any login.
package enum ChildEnvironment {
  /// What git, ssh and curl need to find their settings and to reach a remote; no store's login.
  ///
  /// `GIT_*` stays, so that within a hook git sees the index that is being committed; without those
  /// that name a program to run for a diff, or allow protocols that we forbid.
  package static func git(from variables: [String: String]) -> [String: String] {
    variables.filter { name, _ in
      if gitNames.contains(name) || name.hasPrefix("LC_") { return true }
      return name.hasPrefix("GIT_") && !forbiddenGitNames.contains(name)
    }
  }

  /// All but what logs in to a store.
  package static func withoutLogins(from variables: [String: String]) -> [String: String] {
    variables.filter { name, _ in !loginPrefixes.contains(where: name.hasPrefix) }
  }

  private static let gitNames: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LANGUAGE", "TZ", "TERM",
    "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
    // Agents and prompts that unlock a remote.
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY",
    "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "GPG_TTY",
    // Network.
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
  ]

  private static let forbiddenGitNames: Set<String> = [
    "GIT_EXTERNAL_DIFF", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER", "GIT_EDITOR",
    "GIT_SEQUENCE_EDITOR", "GIT_PAGER", "GIT_PROXY_COMMAND",
  ]

  private static let loginPrefixes = ["BAO_", "VAULT_", "AUTH0_"]
}
