import Foundation
import TestSupport
import Testing

/// `signing: required`, as users meet it: forged values, and how a project begins to sign.
@Suite struct SigningTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  private func requireSignatures() throws {
    try sandbox.writeProject(
      extra: """
        signing: required
        signers: [\(sandbox.key)]
        environments:
          staging:
          release:
        """)
  }

  /// A recipient of both environments moves staging's value, signature and all, into the other.
  @Test func aSignedValueOfAnotherEnvironmentIsRefused() throws {
    try requireSignatures()
    try sandbox.write(httpManifest("crm", token: "null"), to: "connections/crm.yaml")
    #expect(
      try sandbox.vaultctl(["set", "crm", "token", "--env", "staging"], input: "staging").status
        == 0)
    let file = "environments/staging/crm.yaml"
    let armored = try #require(armoredMessages(in: try sandbox.read(file)).first)
    let staging = Data("vaultctl:v1:sandbox:staging:crm:token".utf8)
    let release = Data("vaultctl:v1:sandbox:release:crm:token".utf8)
    var packets = try sandbox.home.unwrapped(armored)
    // The name of the literal packet; the signature's notation comes after it.
    packets.replaceSubrange(try #require(packets.firstRange(of: staging)), with: release)
    let forged = try sandbox.home.wrapped(packets, for: [sandbox.key])
    try sandbox.write(
      sealedManifest("crm", token: forged), to: "environments/release/crm.yaml")
    sandbox.transcript.note("Staging's value, wrapped again for the other environment.")
    #expect(try sandbox.vaultctl(["validate", "--env", "release"]).status == 1)
    #expect(try sandbox.vaultctl(["decrypt", "crm", "token", "--env", "release"]).status == 1)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "release"]).status != 0)
    #expect(try sandbox.vaultctl(["rekey", "--all", "--env", "release"]).status == 1)
    #expect(
      try sandbox.vaultctl(["rekey", "--all", "--accept-unsigned", "--env", "release"]).status == 1)
    #expect(
      try sandbox.vaultctl(["decrypt", "crm", "token", "--env", "staging"]).text == "staging")
    try sandbox.expectTranscript()
  }

  /// Values from before `signing: required`, and one that was signed as earlier versions did.
  @Test func aProjectThatBeginsToSignSignsWhatItHas() throws {
    for name in ["one", "two", "three"] {
      try sandbox.write(
        httpManifest(name, token: "value of \(name)"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let signed = try sandbox.home.gpg(
      [
        "--armor", "--trust-model", "always", "-z", "0", "-u", sandbox.key, "-r", sandbox.key,
        "--set-filename", "vaultctl:v1:sandbox:-:two:token", "--sign", "--encrypt",
      ], input: Data("value of two".utf8)
    ).text
    try sandbox.write(sealedManifest("two", token: signed), to: "connections/two.yaml")
    try requireSignatures()
    sandbox.transcript.note("From now on, every value must be signed.")
    #expect(try sandbox.vaultctl(["validate"]).status == 1)
    #expect(try sandbox.vaultctl(["rekey", "--accept-unsigned"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey", "--accept-unsigned"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "one", "token"], input: "new").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "staging"]).status == 0)
    #expect(
      try sandbox.vaultctl(["plan", "--detailed-exitcode", "--env", "staging"]).status == 0)
    for (name, value) in [("one", "new"), ("two", "value of two"), ("three", "value of three")] {
      #expect(
        try sandbox.vaultctl(["decrypt", name, "token"], isRecorded: false).text == value)
      let armored = try #require(
        armoredMessages(in: try sandbox.read("connections/\(name).yaml")).first)
      let shown = try sandbox.home.gpg(
        ["--status-fd", "2", "--decrypt"], input: Data(armored.utf8))
      #expect(shown.text == value)
      #expect(
        shown.errorText.contains("NOTATION_DATA vaultctl:v1:sandbox:-:\(name):token\n"))
    }
    try sandbox.expectTranscript()
  }
}
