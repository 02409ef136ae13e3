import Foundation
import Model
import OpenPGP
import Secrets
import TestSupport
import Testing

/// A signature holds for one binding. Each forgery is made with stock gpg and, where its name says so,
/// without Alice's secret key.
@Suite struct SignatureBindingTests {
  let home: GPGHome
  let openPGP: PGPEngine
  let alice: String
  let mallory: String

  private static let staging = "vaultctl:v1:acme:staging:crm:token"
  private static let production = "vaultctl:v1:acme:prodnow:crm:token"

  init() throws {
    home = try GPGHome()
    openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
    alice = try home.makeKey("Alice")
    mallory = try home.makeKey("Mallory")
  }

  private func sealed(_ text: String, at binding: String) async throws -> String {
    let recipients = try await openPGP.recipients([alice, mallory]).map { try $0.get() }
    let request = SealRequest(
      value: SecretBytes(copying: Array(text.utf8)), binding: binding, recipients: recipients)
    let signer = try #require(Fingerprint(alice))
    return try #require(
      try await openPGP.seal([request], signer: signer, sharing: .new).first
    ).get()
  }

  /// As `production` wants it: signed by Alice.
  private func fault(
    of armored: String, accepting rule: (Set<Fingerprint>) -> SignatureRule = { .required(by: $0) }
  ) async throws -> OpenError? {
    let signers: Set = [try #require(Fingerprint(alice))]
    let request = OpenRequest(
      armored: armored, binding: Self.production, signatures: rule(signers))
    switch try #require(try await openPGP.open([request]).first) {
    case .success: return nil
    case .failure(let fault): return fault
    }
  }

  @Test func stockGPGShowsTheBindingAndTheValue() async throws {
    let armored = try await sealed("value", at: Self.production)
    #expect(try await fault(of: armored) == nil)
    let finished = try home.gpg(
      ["--list-options", "show-notations", "--status-fd", "2", "--decrypt"],
      input: Data(armored.utf8))
    #expect(finished.text == "value")
    #expect(finished.errorText.contains("[GNUPG:] NOTATION_NAME binding@vaultctl\n"))
    // Not critical, and human-readable.
    #expect(finished.errorText.contains("[GNUPG:] NOTATION_FLAGS 0 1\n"))
    #expect(finished.errorText.contains("[GNUPG:] NOTATION_DATA \(Self.production)\n"))
    let signed = try home.unwrapped(armored)
    let verified = try home.gpg(["--status-fd", "1", "--verify"], input: signed)
    #expect(verified.text.contains("[GNUPG:] NOTATION_DATA \(Self.production)\n"))
    #expect(verified.errorText.contains("Good signature from \"Alice\""))
    let packets = try home.gpg(["--list-packets"], input: signed).text
    #expect(packets.contains("hashed subpkt 20"))
    #expect(packets.contains("(notation: binding@vaultctl=\(Self.production))"))
  }

  /// Mallory may read staging and knows the public keys of production.
  @Test func refusesASignedValueThatARecipientWrapsAgain() async throws {
    let staging = try await sealed("staging value", at: Self.staging)
    let packets = try home.unwrapped(staging)
      .replacingFirst(Data(Self.staging.utf8), with: Data(Self.production.utf8))
    let forged = try home.wrapped(packets, for: [alice, mallory])
    #expect(try home.gpg(["--decrypt"], input: Data(forged.utf8)).text == "staging value")
    #expect(try await fault(of: forged) == .signedForAnotherBinding(found: [Self.staging]))
    // No rule for values that nobody signed lets it pass.
    #expect(
      try await fault(of: forged, accepting: { .requiredIfPresent(by: $0) })
        == .signedForAnotherBinding(found: [Self.staging]))
  }

  @Test func refusesASignatureThatIsCopiedToAnUnsignedValue() async throws {
    let signature = try signaturePacket(
      of: "same value", ["--sig-notation", notation(Self.staging)])
    let forged = try home.wrapped(
      signature + (try literal("same value", Self.production)), for: [alice])
    #expect(try await fault(of: forged) == .signedForAnotherBinding(found: [Self.staging]))
  }

  /// Mallory has public keys only, and a mail that Alice signed.
  @Test func refusesASignedMailThatIsMadeIntoAValue() async throws {
    let mail = try signaturePacket(of: "I agree", [])
    let forged = try home.wrapped(
      mail + (try literal("I agree", Self.production)), for: [alice, mallory])
    #expect(
      try await fault(of: forged) == .signatureWithoutBinding(try #require(Fingerprint(alice))))
    #expect(try await fault(of: forged, accepting: { .requiredIfPresent(by: $0) }) == nil)
  }

  @Test func refusesASignatureWithTwoBindings() async throws {
    let both = [Self.production, Self.staging]
    for order in [both, both.reversed()] {
      let signature = try signaturePacket(
        of: "value", order.flatMap { ["--sig-notation", notation($0)] })
      let forged = try home.wrapped(
        signature + (try literal("value", Self.production)), for: [alice])
      #expect(try await fault(of: forged) == .signedForAnotherBinding(found: order))
    }
  }

  /// Of Alice's signature and Mallory's, only hers counts, whichever is first.
  @Test(arguments: [true, false])
  func refusesABindingOnAnUntrustedSignature(isMallorysFirst: Bool) async throws {
    let value = try literal("value", Self.production)
    let mallorys = try signaturePacket(
      of: "value", by: mallory, ["--sig-notation", notation(Self.production)])
    func message(_ alices: Data) throws -> String {
      try home.wrapped(
        (isMallorysFirst ? mallorys + alices : alices + mallorys) + value, for: [alice])
    }
    let unbound = try message(try signaturePacket(of: "value", []))
    #expect(
      try await fault(of: unbound) == .signatureWithoutBinding(try #require(Fingerprint(alice))))
    let elsewhere = try message(
      try signaturePacket(of: "value", ["--sig-notation", notation(Self.staging)]))
    #expect(try await fault(of: elsewhere) == .signedForAnotherBinding(found: [Self.staging]))
    let bound = try message(
      try signaturePacket(of: "value", ["--sig-notation", notation(Self.production)]))
    #expect(try await fault(of: bound) == nil)
    let alone = try home.wrapped(mallorys + value, for: [alice])
    #expect(try await fault(of: alone) == .signedByOther(try #require(Fingerprint(mallory))))
  }

  /// The part of a signature that is not hashed can be changed by anyone.
  @Test func refusesABindingOutsideOfTheSignedPart() async throws {
    let signature = try withUnhashedNotation(try signaturePacket(of: "value", []), Self.production)
    let packets = signature + (try literal("value", Self.production))
    #expect(
      try home.gpg(["--list-packets"], input: packets).text
        .contains("\tsubpkt 20 len \(Self.production.utf8.count + 24) (notation: binding@vaultctl=")
    )
    let forged = try home.wrapped(packets, for: [alice])
    #expect(
      try await fault(of: forged) == .signatureWithoutBinding(try #require(Fingerprint(alice))))
  }

  /// gpg.conf may add notations to every signature.
  @Test func ignoresNotationsOfOtherNames() async throws {
    try Data("sig-notation team@example.com=%k\nsig-policy-url https://example.com\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/gpg.conf"))
    #expect(try await fault(of: sealed("value", at: Self.production)) == nil)
    try Data("sig-notation binding@vaultctl=other\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/gpg.conf"))
    let twice = try await fault(of: sealed("value", at: Self.production))
    guard case .signedForAnotherBinding(let found) = twice else {
      Issue.record("two bindings were accepted")
      return
    }
    #expect(Set(found) == ["other", Self.production])
  }

  /// gpg expands `%k` and others in what `--sig-notation` takes, so a binding's `%` is doubled.
  @Test func takesAPercentSignAsItIs() async throws {
    for binding in ["vaultctl:v1:%k:%%:=25K", "%", "%f"] {
      let signers: Set = [try #require(Fingerprint(alice))]
      let armored = try await sealed("value", at: binding)
      let request = OpenRequest(
        armored: armored, binding: binding, signatures: .required(by: signers))
      _ = try #require(try await openPGP.open([request]).first).get()
    }
  }

  // MARK: - Packets

  private func notation(_ binding: String) -> String { "binding@vaultctl=\(binding)" }

  /// A signature packet alone, which may come before the literal packet (RFC 9580 section 10.3).
  private func signaturePacket(
    of text: String, by signer: String? = nil, _ options: [String]
  ) throws -> Data {
    try home.gpg(options + ["-u", signer ?? alice, "--detach-sign"], input: Data(text.utf8)).output
  }

  private func literal(_ text: String, _ name: String) throws -> Data {
    try home.gpg(["-z", "0", "--set-filename", name, "--store"], input: Data(text.utf8)).output
  }

  /// - Parameter signature: an old-format packet with a two-byte or one-byte length, of version 4.
  private func withUnhashedNotation(_ signature: Data, _ binding: String) throws -> Data {
    let bytes = Array(signature)
    let headerLength = bytes[0] & 3 == 0 ? 2 : 3
    var body = Array(bytes[headerLength...])
    try #require(bytes[0] & 0xFC == 0x88 && body[0] == 4)
    let unhashed = 6 + (Int(body[4]) << 8 | Int(body[5]))
    let name = Array("binding@vaultctl".utf8)
    let value = Array(binding.utf8)
    func big(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 0xFF)] }
    let content = [20, 0x80, 0, 0, 0] + big(name.count) + big(value.count) + name + value
    let subpacket = [UInt8(content.count)] + content
    let length = (Int(body[unhashed]) << 8 | Int(body[unhashed + 1])) + subpacket.count
    body.replaceSubrange(unhashed..<unhashed + 2, with: big(length) + subpacket)
    return Data([0x89] + big(body.count) + body)
  }
}

extension Data {
  fileprivate func replacingFirst(_ old: Data, with new: Data) -> Data {
    guard let range = firstRange(of: old) else { return self }
    return self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
