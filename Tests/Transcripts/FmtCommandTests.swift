import Foundation
import TestSupport
import Testing

/// `fmt` puts manifests in their usual form, and changes nothing else.
@Suite struct FmtCommandTests {
  private static let untidy = """
    # yaml-language-server: $schema=../schemas/connection.schema.json
    kind: Connection
    apiVersion: vaultctl/v1
    spec:
        # what it is for
        scopes: [a]
        setup:
            # from the portal
            token: t0ken  # rotated in May
            type: bearer
        app: http
    metadata:
        labels: {team: x}
        name: a

    """

  @Test func keysAreOrderedAndSecretsStillOpen() throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.untidy, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["fmt", "--check"]).status == 1)
    #expect(try sandbox.vaultctl(["fmt"]).status == 0)
    #expect(try sandbox.vaultctl(["fmt", "--check"]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "t0ken")
    let sealed = try Regex(#"-----BEGIN PGP MESSAGE-----[\s\S]*?-----END PGP MESSAGE-----"#)
    sandbox.transcript.record(
      file: "connections/a.yaml",
      try sandbox.read("connections/a.yaml").replacing(sealed, with: "<sealed>"))
    try sandbox.expectTranscript()
  }

  @Test func whatCannotBeFormattedStays() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "kind: Connection\napiVersion: vaultctl/v1\nspec: {app: &x slack}\nmetadata:\n  annotations: {y: *x}\n  name: a\n",
      to: "connections/a.yaml")
    try sandbox.write("spec: [", to: "connections/broken.yaml")
    let before = try Sandbox.contents(of: sandbox.folder.path + "/connections")
    for arguments in [["fmt"], ["fmt", "connections/a.yaml"], ["fmt", "connections/absent.yaml"]] {
      #expect(try sandbox.vaultctl(arguments).status == 1)
    }
    #expect(try Sandbox.contents(of: sandbox.folder.path + "/connections") == before)
    try sandbox.expectTranscript()
  }

  /// What our own commands write is in that form.
  @Test func scaffoldsAndImportsAreFormatted() throws {
    let sandbox = try Sandbox()
    for (name, app) in [("a", "slack"), ("b", "twilio"), ("c", "jwt"), ("d", "google_sheets")] {
      #expect(try sandbox.vaultctl(["new", name, "--app", app]).status == 0)
    }
    #expect(
      try sandbox.vaultctl(["set", "a", "url"], input: "https://x.example.com/y").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["fmt", "--check"]).errorText == "Nothing to format.\n")
    let text = try sandbox.vaultctl(["get", "a"]).text
    try sandbox.write(text, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["fmt", "--check"]).status == 0)
  }
}
