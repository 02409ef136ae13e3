import Foundation
import TestSupport
import Testing

/// Passphrases, where stdin and stdout are no terminals: gpg's own rules decide whether it asks.
@Suite struct PassphraseTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    let locked = try sandbox.home.makeKey("Locked", passphrase: "hush")
    try sandbox.writeProject(keys: [locked])
    for number in 0..<15 {
      try sandbox.write(
        httpManifest("c-\(number)", token: "t0ken-\(number)"), to: "connections/\(number).yaml")
    }
  }

  private func vaultctl(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Finished {
    try sandbox.vaultctl(arguments, environment: environment)
  }

  @Test func onePromptSealsAndOneOpensAll() throws {
    try sandbox.home.usePinentry(answering: "hush")
    #expect(try vaultctl(["encrypt"]).status == 0)
    #expect(sandbox.home.pinentryCount() == 1)
    #expect(try vaultctl(["validate"]).status == 0)
    #expect(sandbox.home.pinentryCount() == 2)
    #expect(try vaultctl(["decrypt", "c-7", "token"]).text == "t0ken-7")
    #expect(sandbox.home.pinentryCount() == 3)
  }

  @Test func nobodyIsAskedInCIAndWithBatch() throws {
    try sandbox.home.usePinentry(answering: "hush")
    #expect(try vaultctl(["encrypt", "--batch"]).status == 0)
    let batch = try vaultctl(["decrypt", "c-7", "token", "--batch"])
    let service = try vaultctl(["decrypt", "c-7", "token"], environment: ["CI": "true"])
    for finished in [batch, service] {
      #expect(finished.status == 1)
      #expect(finished.errorText.contains("error[VC2012]"), "\(finished.errorText)")
    }
    #expect(sandbox.home.pinentryCount() == 0)
    #expect(
      try vaultctl(["decrypt", "c-7", "token"], environment: ["CI": "false"]).text == "t0ken-7")
  }

  /// A pinentry that needs a terminal, and has none.
  @Test func aPinentryWithoutATerminalIsReported() throws {
    #expect(try vaultctl(["encrypt", "--batch"]).status == 0)
    let finished = try vaultctl(["decrypt", "c-7", "token"])
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("error[VC2012]"), "\(finished.errorText)")
    #expect(finished.errorText.contains("export GPG_TTY=$(tty)"), "\(finished.errorText)")
  }

  /// gpgme asks `gpgconf` for gpg's path, and gpg for its version.
  @Test func aGPGThatHangsIsReportedOnce() async throws {
    let folder = try TemporaryFolder()
    let hanging = "#!/bin/sh\necho started >> '\(folder.path)/started'\nexec sleep 40\n"
    try folder.write(hanging, to: "gpgconf")
    try folder.write(hanging, to: "gpg")
    for name in ["gpgconf", "gpg"] {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o700], ofItemAtPath: "\(folder.path)/\(name)")
    }
    #expect(try vaultctl(["encrypt", "--batch"]).status == 0)
    let finished = try await apart {
      try vaultctl(["validate"], environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    }
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("error[VC2017]: gpg timed out"), "\(finished.errorText)")
    #expect(finished.errorText.contains("within 30 seconds"), "\(finished.errorText)")
    #expect(try folder.read("started").split(separator: "\n").count == 1)
  }
}
