import Foundation
import Model
import OpenPGP
import Secrets
import TestSupport
import Testing

/// Key packets that carry the id of another key.
@Suite struct LabelTests {
  let home: GPGHome
  let openPGP: PGPEngine

  init() throws {
    home = try GPGHome()
    openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
  }

  private static let curve = ("ed25519", "cv25519")
  private static let rsa = ("rsa2048", "rsa2048")

  private func encryptionID(_ fingerprint: String) async throws -> String {
    let key = try #require(try await openPGP.recipients([fingerprint]).first).get()
    return try #require(key.validEncryptionKeyIDs.first).rawValue
  }

  private func message(for keys: [String]) throws -> Data {
    try home.gpg(
      ["--trust-model", "always", "--set-filename", "binding"] + keys.flatMap { ["-r", $0] }
        + ["--encrypt"], input: Data("value".utf8)
    ).output
  }

  private func fault(of packets: Data) async throws -> OpenError? {
    let request = OpenRequest(armored: try home.armored(packets), binding: "binding")
    switch try #require(try await openPGP.open([request]).first) {
    case .success: return nil
    case .failure(let fault): return fault
    }
  }

  /// gpg has another error for each pair of kinds of keys.
  @Test(arguments: [(rsa, rsa), (rsa, curve), (curve, rsa), (curve, curve)])
  func aPacketOfAnotherKeyIsMislabelled(
    own: (String, String), other: (String, String)
  ) async throws {
    let alice = try home.makeKey("Alice", types: own)
    let elsewhere = try GPGHome()
    let bob = try elsewhere.makeKey("Bob", types: other)
    try elsewhere.copyKey(bob, to: home)
    let carol = try elsewhere.makeKey("Carol")
    try elsewhere.copyKey(carol, to: home)
    let id = try await encryptionID(alice)
    for others in [[], [carol]] {
      let forged = try relabelled(
        message(for: [bob] + others), from: await encryptionID(bob), to: id)
      #expect(try await fault(of: forged) == .mislabelled([KeyID(id)]))
    }
    // Without the label it is simply somebody else's.
    let honest = try await fault(of: message(for: [bob]))
    #expect(honest == .noSecretKey([KeyID(try await encryptionID(bob))]))
  }

  @Test func aDamagedMessageIsNotMislabelled() async throws {
    let alice = try home.makeKey("Alice")
    var packets = try message(for: [alice])
    packets[packets.count - 3] ^= 1
    #expect(try await fault(of: packets) == .badMessage)
  }

  @Test func aHiddenRecipientMayBeSomebodyElse() async throws {
    _ = try home.makeKey("Alice")
    let elsewhere = try GPGHome()
    let bob = try elsewhere.makeKey("Bob")
    try elsewhere.copyKey(bob, to: home)
    let hidden = try home.gpg(
      ["--trust-model", "always", "-R", bob, "--encrypt"], input: Data("value".utf8)
    ).output
    #expect(try await fault(of: hidden) == .noSecretKey([.hidden]))
  }

  @Test func eachOfSeveralOwnPacketsIsTried() async throws {
    let alice = try home.makeKey("Alice")
    let office = try home.makeKey("Alice's office")
    let elsewhere = try GPGHome()
    let bob = try elsewhere.makeKey("Bob")
    try elsewhere.copyKey(bob, to: home)
    let right = try SealedMessage(armored: home.armored(message(for: [alice, office])))
    let id = try await encryptionID(office)
    let wrong = try SealedMessage(
      armored: home.armored(
        relabelled(message(for: [alice, bob]), from: await encryptionID(bob), to: id)))
    let found = try await openPGP.mislabelledKeyIDs(of: [right, wrong, right])
    #expect(found == [[], [KeyID(id)], []])
  }

  /// A packet for our key that anyone can make: it opens, to a session key that is not the message's.
  @Test func aPacketWithAnotherSessionKeyIsMislabelled() async throws {
    let alice = try home.makeKey("Alice")
    let office = try home.makeKey("Alice's office")
    let id = KeyID(try await encryptionID(office))
    let own = try message(for: [alice])
    // What another session key makes of the content differs each time.
    let mixed = try (0..<100).map { _ in
      let planted = try message(for: [office])
      // Each starts with its one key packet, of an old format and with a length of one byte.
      return try SealedMessage(armored: home.armored(planted[..<(2 + Int(planted[1]))] + own))
    }
    let found = try await openPGP.mislabelledKeyIDs(of: mixed)
    #expect(found == Array(repeating: [id], count: 100))
  }
}
