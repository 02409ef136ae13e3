import Foundation
import TestSupport
import Testing

/// `recipients` edits the rules of the project file, and says who can open what.
@Suite struct RecipientCommandTests {
  private let sandbox: Sandbox
  private let bob: String

  init() throws {
    sandbox = try Sandbox()
    let other = try GPGHome()
    bob = try other.makeKey("Bob <bob@example.com>")
    try sandbox.write(other.gpg(["--armor", "--export", bob]).text, to: "keys/bob.asc")
    try sandbox.write(
      other.gpg(["--armor", "--pinentry-mode", "loopback", "--export-secret-keys", bob]).text,
      to: "keys/private.asc")
  }

  private func project(_ recipients: String) throws {
    try sandbox.write(
      """
      # ours
      apiVersion: vaultctl/v1
      kind: Project
      name: sandbox
      id: sandbox0sandbox0sand
      \(recipients)

      """, to: "vaultctl.yaml")
  }

  @Test func aRecipientIsAddedAndRemoved() throws {
    try project(
      "recipients:\n  - keys:\n      - \(sandbox.key)  # Ann\n    # the rest\nsigning: optional")
    let before = try sandbox.read("vaultctl.yaml")
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "list"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "add", "keys/bob.asc"]).status == 0)
    try sandbox.recordFile("vaultctl.yaml")
    #expect(try sandbox.vaultctl(["recipients", "add", bob]).status == 0)
    #expect(try sandbox.vaultctl(["who-can-open", "a"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "list", "-o", "json"]).status == 0)
    let last = String(bob.suffix(16))
    #expect(try sandbox.vaultctl(["recipients", "remove", last]).status == 0)
    #expect(try sandbox.read("vaultctl.yaml") == before)
    #expect(try sandbox.vaultctl(["who-can-open", "a"]).status == 0)
    #expect(try sandbox.vaultctl(["who-can-open", "a", "-o", "json"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func whatCannotBeARecipientIsRefused() throws {
    try project("recipients: [{keys: [\(sandbox.key)]}]")
    let before = try sandbox.read("vaultctl.yaml")
    try sandbox.write("no key\n", to: "keys/none.asc")
    try sandbox.write(
      try sandbox.read("keys/bob.asc")
        + sandbox.home.gpg(["--armor", "--export", sandbox.key]).text, to: "keys/two.asc")
    for key in ["keys/none.asc", "keys/two.asc", "keys/private.asc", "keys/absent.asc", bob, "Bob"]
    {
      #expect(try sandbox.vaultctl(["recipients", "add", key]).status == 1)
    }
    #expect(try sandbox.vaultctl(["recipients", "remove", bob]).status == 1)
    #expect(try sandbox.vaultctl(["recipients", "remove", sandbox.key]).status == 1)
    #expect(try sandbox.read("vaultctl.yaml") == before)
    let keys = try sandbox.home.gpg(["--list-keys", "--with-colons"]).text
    #expect(!keys.contains(bob), "nothing was imported")
    try sandbox.expectTranscript()
  }

  @Test func oneOfSeveralRulesIsChosenByItsPath() throws {
    try project(
      """
      recipients:
        - {path: "connections/prod/**", keys: [\(sandbox.key)]}
        - path: "**"
          keys: [\(sandbox.key)]   # everybody
      environments:
        prod:
          recipients:
            - keys: [\(sandbox.key)]
        test: {}
      """)
    let unchosen = try sandbox.vaultctl(["recipients", "add", "keys/bob.asc"])
    #expect(unchosen.status == 1)
    #expect(try sandbox.vaultctl(["recipients", "add", "keys/bob.asc", "--path", "x"]).status == 1)
    #expect(
      try sandbox.vaultctl(["recipients", "add", "keys/bob.asc", "--path", "**"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "add", bob, "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "add", bob, "--env", "test"]).status == 1)
    try sandbox.recordFile("vaultctl.yaml")
    #expect(try sandbox.vaultctl(["recipients", "list"]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "remove", bob]).status == 0)
    #expect(try sandbox.vaultctl(["recipients", "remove", bob, "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(!(try sandbox.read("vaultctl.yaml")).contains(bob))
    try sandbox.expectTranscript()
  }

  /// libyaml takes U+2028 for a line break: it would end the comment.
  @Test func aUserIDIsOnlyAComment() throws {
    let key = try sandbox.home.makeKey("Eve\u{2028}id: x <eve@example.com>")
    try project("recipients:\n  - keys:\n      - \(sandbox.key)")
    #expect(try sandbox.vaultctl(["recipients", "add", key]).status == 0)
    #expect(try sandbox.read("vaultctl.yaml").contains("- \(key)  # Eve\\u{2028}id: x <eve"))
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    let fresh = try sandbox.vaultctl(["init", "-C", "fresh", "--recipient", key])
    #expect(fresh.status == 0, "\(fresh.errorText)")
    #expect(try sandbox.vaultctl(["validate", "-C", "fresh"]).status == 0)
    #expect(try sandbox.read("fresh/vaultctl.yaml").contains("# Eve\\u{2028}id: x <eve"))
  }

  @Test func withoutAKeyringNothingIsCompared() throws {
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let empty = try TemporaryFolder()
    let home = empty.path + "/none"
    let shown = try sandbox.vaultctl(["who-can-open", "a"], home: home)
    #expect(shown.status == 0, "\(shown.errorText)")
    #expect(shown.text.contains("(not in your keyring)"))
    #expect(shown.text.contains("cannot be compared"))
    let listed = try sandbox.vaultctl(["recipients", "list"], home: home)
    #expect(listed.status == 0 && listed.text.contains("not in your keyring"))
    #expect(!FileManager.default.fileExists(atPath: home), "gpg was not run")
  }
}
