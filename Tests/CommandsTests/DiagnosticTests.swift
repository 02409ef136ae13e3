import Commands
import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP
import Testing

@Suite struct DiagnosticTests {
  @Test func aWarningSaysAllThatTheErrorSaid() {
    let error = Diagnostic(
      .conflict, "it", at: .file("a"), label: "here", notes: ["n"], help: ["h"])
    let warning = error.asWarning
    #expect(
      warning
        == Diagnostic(
          .conflict, "it", severity: .warning, at: .file("a"), label: "here", notes: ["n"],
          help: ["h"]))
  }

  @Test(arguments: [
    (RecipientError.notFingerprint, DiagnosticCode.recipientNotFingerprint),
    (.notFound, .recipientNotFound), (.ambiguous, .recipientAmbiguous),
    (.revoked, .recipientRevoked), (.expired(at: nil), .recipientExpired),
    (.disabled, .recipientDisabled), (.invalid, .recipientCannotEncrypt),
    (.cannotEncrypt, .recipientCannotEncrypt), (.notYetValid(from: 1), .recipientNotYetValid),
  ])
  func aRecipientsFaultHasACodeAndItsLocation(_ fault: RecipientError, _ code: DiagnosticCode) {
    let location = Location.file("vaultctl.yaml")
    let diagnostic = Diagnostic(fault, LocatedText("ABCD", at: location))
    #expect(diagnostic.code == code && diagnostic.location == location)
    #expect(diagnostic.message.contains("`ABCD`") || code == .recipientAmbiguous)
  }

  @Test(arguments: [
    (OpenError.noSecretKey([]), DiagnosticCode.noSecretKey), (.badMessage, .badMessage),
    (.bindingMismatch(found: nil), .bindingMismatch),
    (.unsigned, .noValidSignature), (.noValidSignature(reason: "it is bad"), .noValidSignature),
    (.cancelled, .cancelled),
    (.mislabelled([]), .mislabelled),
    (.signedForAnotherBinding(found: ["a"]), .signedForAnother),
    (.wrongPassphrase, .agentUnavailable), (.cardUnavailable(serial: ""), .agentUnavailable),
    (.agentUnavailable, .agentUnavailable), (.deadlineExceeded(.seconds(30)), .deadlineExceeded),
  ])
  func aFieldThatDoesNotOpenIsNamed(_ fault: OpenError, _ code: DiagnosticCode) throws {
    let address = FieldAddress(try Sample.name("a"), "token")
    let diagnostic = Diagnostic(fault, address, at: .file("a.yaml"))
    #expect(diagnostic.code == code && diagnostic.location == .file("a.yaml"))
    #expect(diagnostic.message.hasPrefix("`token` of `a` "))
  }

  @Test func aSignerIsNamedWithTheKeyring() throws {
    let signer = try #require(Fingerprint(String(repeating: "A", count: 40)))
    let address = FieldAddress(try Sample.name("a"), "token")
    for (fault, code) in [
      (OpenError.signatureWithoutBinding(signer), DiagnosticCode.unboundSignature),
      (.signedByOther(signer), .noValidSignature),
    ] {
      let diagnostic = Diagnostic(fault, address, at: nil)
      #expect(diagnostic.code == code)
      #expect(diagnostic.notes.first?.hasPrefix("AAAAAAAAAAAAAAAA (not in your keyring)") == true)
    }
  }

  @Test func aRefusedValueIsSetByItsQuotedName() throws {
    let address = FieldAddress(try Sample.name("it's; x"), "token")
    let diagnostic = Diagnostic.invalidSecretValue(address, "is too long", at: nil)
    #expect(diagnostic.help == [#"seal a valid value: vaultctl set 'it'\''s; x' token"#])
  }

  /// The previous name is read from the message, which anyone can make.
  @Test(arguments: [("old", "old"), ("a b;c", "'a b;c'")])
  func aRenamedProjectComesFirst(previous: String, word: String) throws {
    let address = FieldAddress(try Sample.name("a"), "token")
    let found = "vaultctl:v1:\(previous):-:a:token"
    let diagnostic = Diagnostic(
      .bindingMismatch(found: found), address, at: nil, SealBinding(project: "new", address))
    #expect(diagnostic.message == "`token` of `a` was sealed for project `\(previous)`")
    #expect(
      diagnostic.help.first
        == "if the project was renamed: vaultctl rename-project \(word) new")
  }

  @Test(arguments: ["vaultctl:v1:old:-:b:token", "vaultctl:v1:new:prod:a:token"])
  func anotherFieldIsNoRenamedProject(found: String) throws {
    let address = FieldAddress(try Sample.name("a"), "token")
    let diagnostic = Diagnostic(
      .bindingMismatch(found: found), address, at: nil, SealBinding(project: "new", address))
    #expect(diagnostic.message == "`token` of `a` was sealed for a different field")
    #expect(!diagnostic.help.contains { $0.contains("rename-project") })
  }

  @Test(arguments: [OpenError.badMessage, .mislabelled([])])
  func aDamagedValueIsRestoredFromItsOwnFile(fault: OpenError) throws {
    let address = FieldAddress(try Sample.name("a"), "token")
    let diagnostic = Diagnostic(fault, address, at: .file("my file.yaml"))
    #expect(
      diagnostic.help.first
        == "find the last good version: git log -p -- 'my file.yaml'; then: git restore --source COMMIT -- 'my file.yaml'"
    )
  }

  @Test func aFileIsNamedByTheSystemsWords() {
    let diagnostic = Diagnostic.unreadable("a.yaml", POSIXError(.EACCES))
    #expect(diagnostic.code == .unreadableFile && diagnostic.location == .file("a.yaml"))
    #expect(!diagnostic.notes.isEmpty)
    #expect(Diagnostic.missing("a.yaml").location == .file("a.yaml"))
  }
}
