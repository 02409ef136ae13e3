import Processes
import Testing

@Suite struct ChildEnvironmentTests {
  private let variables = [
    "PATH": "/usr/bin", "HOME": "/home/ann", "LC_ALL": "C", "GIT_INDEX_FILE": "i",
    "SSH_AUTH_SOCK": "/s", "https_proxy": "p", "BAO_TOKEN": "t", "VAULT_TOKEN": "t",
    "AUTH0_CLIENT_SECRET": "s", "CI_JOB_JWT": "j", "VAULTCTL_KEY": "k", "GITHUB_TOKEN": "g",
    "GIT_EXTERNAL_DIFF": "sh", "GIT_ALLOW_PROTOCOL": "ext", "EDITOR": "vi",
  ]

  @Test func gitGetsWhatItNeedsAndNoLogin() {
    #expect(
      ChildEnvironment.git(from: variables).keys.sorted() == [
        "GIT_INDEX_FILE", "HOME", "LC_ALL", "PATH", "SSH_AUTH_SOCK", "https_proxy",
      ])
  }

  @Test func anEditorGetsEverythingButTheStoresLogins() {
    let left = ChildEnvironment.withoutLogins(from: variables)
    #expect(
      Set(variables.keys).subtracting(left.keys) == [
        "BAO_TOKEN", "VAULT_TOKEN", "AUTH0_CLIENT_SECRET",
      ])
  }
}
