import Foundation
import OpenPGP
import Secrets
import TestSupport
import Testing

@Suite struct SealingTests {
  let home: GPGHome
  let openPGP: PGPEngine

  init() throws {
    home = try GPGHome()
    openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
  }

  private func key(_ fingerprint: String) async throws -> PublicKey {
    try #require(try await openPGP.recipients([fingerprint]).first).get()
  }

  private func seal(
    _ text: String, at binding: String = "binding", for keys: [String], signer: String? = nil
  ) async throws -> String {
    var recipients: [PublicKey] = []
    for fingerprint in keys { recipients.append(try await key(fingerprint)) }
    let request = SealRequest(
      value: SecretBytes(copying: Array(text.utf8)), binding: binding, recipients: recipients)
    let signer = try signer.map { try #require(Fingerprint($0)) }
    return try #require(try await openPGP.seal([request], signer: signer, sharing: .new).first)
      .get()
  }

  private func open(
    _ armored: String, at binding: String = "binding", signers: Set<Fingerprint>? = nil
  ) async throws -> Result<SecretBytes, OpenError> {
    let request = OpenRequest(
      armored: armored, binding: binding,
      signatures: signers.map { .required(by: $0) } ?? .ignored)
    return try #require(try await openPGP.open([request]).first)
  }

  @Test(arguments: [("x", 1), ("", 1), ("two\nlines\n", 1), ("0123456789", 20_000)])
  func opensASealedMessage(part: String, count: Int) async throws {
    let text = String(repeating: part, count: count)
    let alice = try home.makeKey("Alice <alice@example.com>")
    let armored = try await seal(text, for: [alice])
    #expect(armored.hasPrefix("-----BEGIN PGP MESSAGE-----\n"))
    #expect(try await bytes(open(armored).get()) == Array(text.utf8))
    #expect(try home.gpg(["--decrypt"], input: Data(armored.utf8)).text == text)
  }

  @Test func keepsTheOrderOfABatch() async throws {
    let alice = try await key(try home.makeKey("Alice"))
    let requests = (0..<50).map { index in
      SealRequest(
        value: SecretBytes(copying: Array("value \(index)".utf8)), binding: "binding-\(index)",
        recipients: [alice])
    }
    let sealed = try await openPGP.seal(requests, sharing: .new).map { try $0.get() }
    let opened = try await openPGP.open(
      sealed.enumerated().map { OpenRequest(armored: $0.element, binding: "binding-\($0.offset)") })
    #expect(
      try opened.map { bytes(try $0.get()) } == (0..<50).map { Array("value \($0)".utf8) })
  }

  @Test func refusesAMessageWithAnotherBinding() async throws {
    let alice = try home.makeKey("Alice")
    let armored = try await seal("value", at: "here", for: [alice])
    #expect(try await fault(open(armored, at: "there")) == .bindingMismatch(found: "here"))
    let stock = try home.gpg(
      ["--armor", "--trust-model", "always", "-r", alice, "--encrypt"], input: Data("value".utf8))
    #expect(try await fault(open(stock.text, at: "there")) == .bindingMismatch(found: nil))
  }

  @Test func leavesTheTrustDatabaseAlone() async throws {
    let alice = try home.makeKey("Alice")
    // Whoever lists keys next brings gpg's cache in it up to date, be it the user or we.
    try home.gpg(["--check-trustdb"])
    let path = URL(fileURLWithPath: home.path + "/trustdb.gpg")
    let before = try Data(contentsOf: path)
    _ = try await seal("value", for: [alice])
    #expect(try Data(contentsOf: path) == before)
  }

  @Test func namesTheKeysThatCanOpenAMessage() async throws {
    let elsewhere = try GPGHome()
    let bob = try elsewhere.makeKey("Bob")
    try elsewhere.copyKey(bob, to: home)
    let armored = try await seal("value", for: [bob])
    let ids = try await key(bob).encryptionKeyIDs
    #expect(try await fault(open(armored)) == .noSecretKey(Array(ids)))
  }

  @Test func distinguishesDamageFromOtherFailures() async throws {
    let alice = try home.makeKey("Alice")
    let armored = try await seal("value", for: [alice])
    var lines = armored.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let middle = lines.count / 2
    lines[middle] = String(lines[middle].reversed())
    #expect(try await fault(open(lines.joined(separator: "\n"))) == .badMessage)
    #expect(try await fault(open("no message")) == .badMessage)
  }

  @Test func refusesAMessageThatIsTooLarge() async throws {
    let alice = try home.makeKey("Alice")
    let armored = try await seal(String(repeating: "x", count: 2 << 20), for: [alice])
    #expect(try await fault(open(armored)) == .tooLarge(limit: 1 << 20))
  }

  @Test func neverWaitsForAPassphraseWithoutATerminal() async throws {
    let alice = try home.makeKey("Alice", passphrase: "hush")
    let armored = try await seal("value", for: [alice])
    try home.gpg(["--export", alice])
    _ = try run("/usr/bin/gpgconf", ["--homedir", home.path, "--kill", "all"])
    #expect(try await fault(open(armored)) == .agentUnavailable)
  }

  @Test func endsAtItsDeadline() async throws {
    let alice = try home.makeKey("Alice", passphrase: "hush")
    let armored = try await seal("value", for: [alice])
    _ = try run("/usr/bin/gpgconf", ["--homedir", home.path, "--kill", "all"])
    let script = home.path + "/pinentry"
    try Data("#!/bin/sh\nexec sleep 60\n".utf8).write(to: URL(fileURLWithPath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    try Data("pinentry-program \(script)\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/gpg-agent.conf"))
    try home.launchAgent()
    let waiting = PGPEngine(
      GPGSettings(home: home.path, isInteractive: true, deadline: .seconds(5)))
    let opened = try await waiting.open([OpenRequest(armored: armored, binding: "binding")])
    #expect(try fault(#require(opened.first)) == .deadlineExceeded(.seconds(5)))
  }

  @Test func requiresASignatureOfATrustedSigner() async throws {
    let alice = try home.makeKey("Alice")
    let mallory = try home.makeKey("Mallory")
    let signers: Set = [try #require(Fingerprint(alice))]
    let unsigned = try await seal("value", for: [alice])
    #expect(try await fault(open(unsigned, signers: signers)) == .unsigned)
    let strange = try await seal("value", for: [alice], signer: mallory)
    guard case .signedByOther = try await fault(open(strange, signers: signers)) else {
      Issue.record("a stranger's message was opened")
      return
    }
    let signed = try await seal("value", for: [alice], signer: alice)
    #expect(try await bytes(open(signed, signers: signers).get()) == Array("value".utf8))
  }

  private func bytes(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { span in span.indices.map { span[$0] } }
  }

  private func fault(_ result: Result<SecretBytes, OpenError>) -> OpenError? {
    switch result {
    case .success: nil
    case .failure(let fault): fault
    }
  }
}
