import Foundation
import TestSupport
import Testing

/// Another tool's ciphertexts and placeholders: no command seals them unless it is meant.
@Suite struct ForeignValueTests {
  private static let values = [
    "sops": "ENC[AES256_GCM,data:4711,iv:a,tag:b,type:str]",
    "placeholder": "'##CRM_TOKEN_4711##'",
    "reference": "ref+awssecrets://4711/token",
    "text-before-message":
      "\"moved 4711\\n-----BEGIN PGP MESSAGE-----\\n\\nabcd\\n-----END PGP MESSAGE-----\\n\"",
  ]

  @Test(arguments: values.keys.sorted())
  func encryptRefusesThemUnlessTheyAreMeant(kind: String) throws {
    let sandbox = try Sandbox()
    let manifest = httpManifest("a", token: try #require(Self.values[kind]))
    try sandbox.write(manifest, to: "connections/a.yaml")
    let refused = try sandbox.vaultctl(["encrypt"])
    #expect(refused.status == 1 && !refused.errorText.contains("4711"), "\(refused.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == manifest)
    #expect(try sandbox.vaultctl(["encrypt", "--allow-placeholder"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    let opened = try sandbox.vaultctl(["decrypt", "a", "token"], isRecorded: false)
    #expect(opened.text.contains("4711"))
    try sandbox.expectTranscript(case: kind)
  }

  @Test func setAndEditRefuseThemUnlessTheyAreMeant() throws {
    let sandbox = try Sandbox()
    let manifest = httpManifest("my crm", token: "")
    try sandbox.write(manifest, to: "connections/a.yaml")
    for value in ["vault:v1:4711", "CHANGEME", "$ANSIBLE_VAULT;1.1;AES256\n4711\n"] {
      let refused = try sandbox.vaultctl(["set", "my crm", "token"], input: value)
      #expect(refused.status == 1 && !refused.errorText.contains("4711"), "\(refused.errorText)")
    }
    let edited = try sandbox.vaultctl(
      ["edit", "my crm", "token"], environment: ["EDITOR": "sh -c 'echo \"<token>\" > \"$0\"'"])
    #expect(edited.status == 1 && edited.errorText.contains("VC2066"), "\(edited.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == manifest)
    let meant = try sandbox.vaultctl(
      ["set", "my crm", "token", "--allow-placeholder"], input: "CHANGEME")
    #expect(meant.status == 0)
    try sandbox.expectTranscript()
  }

  /// They are no placeholder, whatever they look like.
  @Test func aPrivateKeyBlockIsASecret() throws {
    let sandbox = try Sandbox()
    let key =
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBG\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----"
    let block = key.replacingOccurrences(of: "\n", with: "\n        ")
    try sandbox.write(httpManifest("a", token: "|-\n        \(block)"), to: "connections/a.yaml")
    let found = try sandbox.vaultctl(["validate"])
    #expect(found.errorText.contains("VC2003"), "\(found.errorText)")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == key)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: key + "\n").status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text.hasPrefix(key))
  }

  @Test func aDocumentOfSOPSKeepsItsDataKey() throws {
    let sandbox = try Sandbox()
    let manifest =
      httpManifest("a", token: "ENC[AES256_GCM,data:4711,iv:a,tag:b,type:str]")
      .replacingOccurrences(of: "vaultctl/v1", with: "ENC[AES256_GCM,data:1,iv:a,tag:b,type:str]")
        + """

        sops:
          lastmodified: "2026-01-01T00:00:00Z"
          mac: ENC[AES256_GCM,data:1,iv:a,tag:b,type:str]
          version: 3.9.0

        """
    try sandbox.write(manifest, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt", "--allow-placeholder"]).status == 1)
    #expect(try sandbox.vaultctl(["validate"]).status == 1)
    #expect(try sandbox.read("connections/a.yaml") == manifest)
    try sandbox.expectTranscript()
  }

  @Test func theHookSaysWhatTheyAre() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.git(["init", "--quiet"]).status == 0)
    try sandbox.write(httpManifest("a", token: "vault:v1:4711"), to: "connections/a.yaml")
    try sandbox.write(httpManifest("b", token: "${TOKEN_4711}"), to: "connections/b.yaml")
    #expect(try sandbox.git(["add", "vaultctl.yaml", "connections"]).status == 0)
    let refused = try sandbox.vaultctl(["hooks", "check"])
    #expect(refused.status == 1 && !refused.errorText.contains("4711"), "\(refused.errorText)")
    try sandbox.expectTranscript()
  }
}
