import Foundation
import TestSupport
import Testing

/// `decrypt FILE`: the manifest as it is, with its sealed values opened in place.
@Suite struct DecryptedFileTests {
  @Test func everythingButTheValuesStaysAsItIs() throws {
    let sandbox = try Sandbox()
    let file = "connections/all.yaml"
    try sandbox.write(
      """
      # what this is
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: one}
      spec:
        app: http
        setup:
          type: basic_auth   # with a password
          username: "ann: \\"the first\\""
          password: |
            two lines
            of it
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: two}
      spec: {app: http, setup: {type: bearer, token: 'it''s "quoted"'}}
      """ + "\n", to: file)
    let values = [
      (["one", "password"], "two lines\nof it\n"), (["two", "token"], "it's \"quoted\""),
    ]
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let sealed = try sandbox.read(file)
    let shown = try sandbox.vaultctl(["decrypt", file])
    #expect(shown.status == 0, "\(shown.errorText)")
    #expect(!shown.text.contains("BEGIN PGP MESSAGE"))
    #expect(shown.text.hasPrefix("# what this is\n") && shown.text.contains("# with a password"))
    #expect(try sandbox.read(file) == sealed, "it is only printed")
    // What it prints is a manifest with the same values.
    try sandbox.write(shown.text, to: file)
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    for (words, value) in values {
      let opened = try sandbox.vaultctl(["decrypt"] + words)
      #expect(opened.status == 0 && opened.text == value, "\(words): \(opened.errorText)")
    }
  }

  @Test func withoutAKeyNothingIsShown() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "S3CR3T"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let empty = try GPGHome()
    let refused = try sandbox.vaultctl(["decrypt", "connections/a.yaml"], home: empty.path)
    #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.text)")
    #expect(try sandbox.vaultctl(["decrypt", "connections/nosuch.yaml"]).status == 1)
  }
}
