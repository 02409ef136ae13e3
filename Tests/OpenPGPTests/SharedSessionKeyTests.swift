import Foundation
import Glibc
import Model
import OpenPGP
import Secrets
import TestSupport
import Testing

@Suite struct SharedSessionKeyTests {
  let home: GPGHome
  let openPGP: PGPEngine

  init() throws {
    home = try GPGHome()
    openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
  }

  /// Another process, as it were: it has no session key yet.
  private var anotherRun: PGPEngine {
    PGPEngine(GPGSettings(home: home.path, isInteractive: false))
  }

  private var record: String { home.path + "/vaultctl-session-keys" }

  private func seal(
    _ texts: [String], for fingerprints: [String], by openPGP: PGPEngine? = nil,
    sharing choice: SessionKeyChoice = .new
  ) async throws -> [SealedMessage] {
    let openPGP = openPGP ?? anotherRun
    let recipients = try await openPGP.recipients(fingerprints).map { try $0.get() }
    let requests = texts.map {
      SealRequest(
        value: SecretBytes(copying: Array($0.utf8)), binding: "binding", recipients: recipients)
    }
    return try await openPGP.seal(requests, sharing: choice)
      .map { try SealedMessage(armored: $0.get()) }
  }

  private func open(
    _ messages: [SealedMessage], by openPGP: PGPEngine? = nil
  ) async throws -> [String] {
    let requests = messages.map { OpenRequest(armored: $0.armored, binding: "binding") }
    return try await (openPGP ?? anotherRun).open(requests).map { result in
      try result.get().withBytes { span in
        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
      }
    }
  }

  private func keyPackets(_ message: SealedMessage) throws -> [UInt8] {
    try #require(SessionMessage(armored: message.armored)).keyPackets
  }

  private func sessionKeyCount(_ messages: [SealedMessage]) throws -> Int {
    Set(try messages.map(keyPackets)).count
  }

  @Test func oneKeyOperationOpensAll() async throws {
    let alice = try home.makeKey("Alice")
    let bob = try home.makeKey("Bob")
    try home.logAgent()
    let texts = (0..<100).map { "value \($0)" }
    let forBoth = try await seal(texts, for: [alice, bob])
    let forAlice = try await seal(texts, for: [alice])
    #expect(try sessionKeyCount(forBoth) == 1)
    #expect(Set(forBoth.map(\.digest)).count == texts.count)
    let before = try home.keyOperations()
    #expect(try await open(forBoth + forAlice) == texts + texts)
    #expect(try home.keyOperations() - before == 2)
  }

  @Test func concurrentOpensFetchTheKeyOnce() async throws {
    let alice = try home.makeKey("Alice")
    try home.logAgent()
    let texts = (0..<20).map { "value \($0)" }
    let messages = try await seal(texts, for: [alice])
    let before = try home.keyOperations()
    let run = anotherRun
    let opened = try await withThrowingTaskGroup(of: [String].self) { group in
      for message in messages { group.addTask { try await open([message], by: run) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(opened) == Set(texts))
    #expect(try home.keyOperations() - before == 1)
  }

  @Test func aLaterRunReusesOurSessionKey() async throws {
    let alice = try home.makeKey("Alice")
    let first = try await seal(["one"], for: [alice])
    let joined = try await seal(["two", "three"], for: [alice], sharing: .present(first))
    #expect(try sessionKeyCount(first + joined) == 1)
    #expect(try await open(first + joined) == ["one", "two", "three"])
    let fresh = try await seal(["four"], for: [alice], sharing: .new)
    #expect(try sessionKeyCount(first + fresh) == 2)
  }

  /// Whoever made a message may know its session key, and so may everybody whom it was for before.
  @Test func theSessionKeyOfOthersIsNotReused() async throws {
    let alice = try home.makeKey("Alice")
    let mallory = try home.makeKey("Mallory")
    let planted = try home.gpg(
      [
        "--armor", "--trust-model", "always", "--set-filename", "binding", "-r", alice, "--encrypt",
      ],
      input: Data("planted".utf8))
    let stranger = try SealedMessage(armored: planted.text)
    #expect(try await open([stranger]) == ["planted"])
    let sealed = try await seal(["value"], for: [alice], sharing: .present([stranger]))
    #expect(try keyPackets(sealed[0]) != keyPackets(stranger))

    // Of a message for both, the packet of one is an old session key in front of which only she
    // stands.
    let both = try await seal(["old"], for: [alice, mallory])
    let old = try #require(SessionMessage(armored: both[0].armored))
    let half = old.keyPackets.count / 2
    let packets = try [old.keyPackets.prefix(half), old.keyPackets.suffix(half)].map(Array.init)
      .first { packet in
        let cut = SessionMessage.armored(keyPackets: packet, ciphertext: old.ciphertext)
        return try SealedMessage(armored: cut).keyIDs == stranger.keyIDs
      }
    let cut = try SealedMessage(
      armored: SessionMessage.armored(
        keyPackets: try #require(packets), ciphertext: old.ciphertext))
    #expect(try await open([cut]) == ["old"])
    let later = try await seal(["new"], for: [alice], sharing: .present([cut]))
    #expect(try keyPackets(later[0]) != keyPackets(cut))
  }

  @Test func otherRecipientsHaveAnotherSessionKey() async throws {
    let alice = try home.makeKey("Alice")
    let bob = try home.makeKey("Bob")
    let before = try await seal(["one"], for: [alice, bob])
    for recipients in [[alice], [bob]] {
      let after = try await seal(["two"], for: recipients, sharing: .present(before))
      #expect(try keyPackets(after[0]) != keyPackets(before[0]))
    }
    let turned = try await seal(["three"], for: [bob, alice], sharing: .present(before))
    #expect(try keyPackets(turned[0]) == keyPackets(before[0]))
  }

  @Test func aNewSubkeyHasANewSessionKey() async throws {
    // The newest subkey is used, and gpg's times are whole seconds.
    let alice = try home.makeKey("Alice", created: "20250101T000000")
    let before = try await seal(["one"], for: [alice])
    try home.gpg([
      "--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key", alice, "cv25519",
      "encr",
    ])
    let after = try await seal(["two", "three"], for: [alice], sharing: .present(before))
    #expect(try sessionKeyCount(after) == 1)
    #expect(after[0].keyIDs != before[0].keyIDs)
  }

  @Test(arguments: ["full", "old", "of the future", "no date", "no count", "loose", "damaged"])
  func aSessionKeyIsNotReusedForever(what: String) async throws {
    let alice = try home.makeKey("Alice")
    let before = try await seal(["one"], for: [alice])
    let words = try String(contentsOfFile: record, encoding: .utf8).split(separator: " ")
      .map { $0.trimmingCharacters(in: .newlines) }
    try #require(words.count == 3)
    #expect(words[2] == "1")
    let now = try #require(Int64(words[1]))
    let text =
      switch what {
      case "full": "\(words[0]) \(now) \(1 << 20)\n"
      case "old": "\(words[0]) \(now - 365 * 24 * 3600) 1\n"
      case "of the future": "\(words[0]) \(now + 24 * 3600) 1\n"
      case "no date": "\(words[0]) \(Int64.min) 1\n"
      case "no count": "\(words[0]) \(now) \(Int.min)\n"
      case "loose": "\(words[0]) \(now) 1\n"
      default: "\(words[0])\n"
      }
    try Data(text.utf8).write(to: URL(fileURLWithPath: record))
    try FileManager.default.setAttributes(
      [.posixPermissions: what == "loose" ? 0o666 : 0o600], ofItemAtPath: record)
    let after = try await seal(["two"], for: [alice], sharing: .present(before))
    #expect(try keyPackets(after[0]) != keyPackets(before[0]))
  }

  @Test func theLogHasNoKeyAndIsPrivate() async throws {
    let alice = try home.makeKey("Alice")
    let messages = try await seal(["one", "two"], for: [alice])
    let text = try String(contentsOfFile: record, encoding: .utf8)
    let shown = try home.gpg(
      ["--show-session-key", "--decrypt"], input: Data(messages[0].armored.utf8))
    let key = try #require(shown.errorText.firstRange(of: /[0-9]+:[0-9A-F]{64}/))
    let digits = shown.errorText[key].split(separator: ":")[1]
    #expect(!text.uppercased().contains(digits))
    #expect(text.hasSuffix(" 2\n"))
    let attributes = try FileManager.default.attributesOfItem(atPath: record)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func withoutAPrivateKeyGPGSealsEachMessage() async throws {
    let elsewhere = try GPGHome()
    let bob = try elsewhere.makeKey("Bob")
    try elsewhere.copyKey(bob, to: home)
    let messages = try await seal(["one", "two", "three"], for: [bob])
    #expect(try sessionKeyCount(messages) == 3)
    let there = PGPEngine(GPGSettings(home: elsewhere.path, isInteractive: false))
    #expect(try await open(messages, by: there) == ["one", "two", "three"])
  }

  @Test func sealingOneValueAsksForNoPassphrase() async throws {
    let alice = try home.makeKey("Alice", passphrase: "hush")
    let before = try await seal(["one"], for: [alice])
    _ = try run("/usr/bin/gpgconf", ["--homedir", home.path, "--kill", "all"])
    let asking = PGPEngine(
      GPGSettings(home: home.path, isInteractive: true, deadline: .seconds(20)))
    let script = home.path + "/pinentry"
    try Data("#!/bin/sh\ntouch \(home.path)/asked\nexit 1\n".utf8)
      .write(to: URL(fileURLWithPath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    try Data("pinentry-program \(script)\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/gpg-agent.conf"))
    let after = try await seal(["two"], for: [alice], by: asking, sharing: .present(before))
    #expect(try keyPackets(after[0]) != keyPackets(before[0]))
    #expect(!FileManager.default.fileExists(atPath: home.path + "/asked"))
  }

  @Test func gpgSealsSignedMessages() async throws {
    let alice = try home.makeKey("Alice")
    let recipients = try await openPGP.recipients([alice]).map { try $0.get() }
    let requests = (0..<3).map { _ in
      SealRequest(
        value: SecretBytes(copying: Array("value".utf8)), binding: "binding", recipients: recipients
      )
    }
    let signer = try #require(Fingerprint(alice))
    let sealed = try await openPGP.seal(requests, signer: signer, sharing: .new)
      .map { try SealedMessage(armored: $0.get()) }
    #expect(try sessionKeyCount(sealed) == 3)
    let opened = try await openPGP.open(
      sealed.map {
        OpenRequest(armored: $0.armored, binding: "binding", signatures: .required(by: [signer]))
      })
    for result in opened { _ = try result.get() }
  }
}
