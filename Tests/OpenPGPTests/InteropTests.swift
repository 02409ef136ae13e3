import Foundation
import Model
import OpenPGP
import Secrets
import TestSupport
import Testing

/// Our messages before other programs, and other programs' messages before us.
///
/// `VAULTCTL_JUDGED_MESSAGES` is how many there are of each; hundreds where it is not set.
@Suite struct InteropTests {
  let home: GPGHome
  let alice: String
  let openPGP: PGPEngine
  var random = SeededGenerator(seed: seed)

  private static let seed: UInt64 = .random(in: 0...UInt64.max)
  private static let count =
    ProcessInfo.processInfo.environment["VAULTCTL_JUDGED_MESSAGES"].flatMap { Int($0) } ?? 200

  init() throws {
    home = try GPGHome()
    alice = try home.makeKey("Alice <alice@example.com>")
    openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
    print("seed \(Self.seed)")
  }

  private mutating func value(_ index: Int) -> [UInt8] {
    let edges = [0, 1, 127, 128, 191, 192, 255, 8191, 8383, 8384, 65_535, 65_536]
    let length = index < edges.count ? edges[index] : Int.random(in: 0...65_536, using: &random)
    return (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func sealed(_ values: [[UInt8]]) async throws -> [String] {
    let recipients = try await openPGP.recipients([alice]).map { try $0.get() }
    let requests = values.enumerated().map {
      SealRequest(
        value: SecretBytes(copying: $0.element), binding: binding($0.offset), recipients: recipients
      )
    }
    return try await openPGP.seal(requests, sharing: .new).map { try $0.get() }
  }

  private func binding(_ index: Int) -> String {
    "vaultctl:v1:project:-:" + String(repeating: "n", count: index % 200) + ":\(index)"
  }

  private func bytes(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { span in span.indices.map { span[$0] } }
  }

  @Test mutating func stockPrograms() async throws {
    var values: [[UInt8]] = []
    for index in 0..<Self.count { values.append(value(index)) }
    let messages = try await sealed(values)
    #expect(
      Set(try messages.map { try #require(SessionMessage(armored: $0)).keyPackets }).count == 1)
    let opened = try await openPGP.open(
      messages.enumerated().map { OpenRequest(armored: $0.element, binding: binding($0.offset)) })
    #expect(try opened.map { bytes(try $0.get()) } == values)

    let folder = try TemporaryFolder()
    for (index, (message, value)) in zip(messages, values).enumerated() {
      try folder.write(message, to: "\(index).asc")
      try folder.write(binding(index), to: "\(index).name")
      try Data(value).write(to: URL(fileURLWithPath: "\(folder.path)/\(index).plain"))
    }
    try home.gpg(
      ["--multifile", "--decrypt"] + messages.indices.map { "\(folder.path)/\($0).asc" })
    for (index, value) in values.enumerated() {
      let found = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(index)"))
      #expect(Array(found) == value, "gpg, message \(index)")
    }

    let python = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_OPENPGP_PYTHON"],
      "a python3 with pysequoia and pgpy; Tests/run sets it")
    let exported = try home.gpg(
      ["--armor", "--pinentry-mode", "loopback", "--passphrase", "", "--export-secret-keys", alice])
    try folder.write(exported.text, to: "secret.asc")
    let judge = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "InteropPeers/open-messages").path
    let verdict = try run(python, [judge, folder.path])
    #expect(verdict.errorText == "")
    #expect(verdict.text == "sequoia=\(Self.count) pgpy=\(Self.count)\n")
  }

  /// Whatever gpg is told to make: ciphers, compression, sizes that it writes in parts, names.
  @Test mutating func everyMessageOfGPG() async throws {
    let ciphers = [
      "AES", "AES192", "AES256", "TWOFISH", "CAMELLIA256", "3DES", "CAST5", "BLOWFISH",
    ]
    for index in 0..<max(24, Self.count / 10) {
      let value = index == 0 ? [] : value(Int.random(in: 0..<100, using: &random))
      let cipher = ciphers[index % ciphers.count]
      let more = [
        [], ["--compress-algo", "zip"], ["-z", "0"], ["--textmode"], ["-z", "0", "--throw-keyids"],
        ["--sign", "-u", alice],
      ].randomElement(using: &random)
      let armored = try home.gpg(
        [
          "--armor", "--trust-model", "always", "--set-filename", "binding", "--cipher-algo",
          cipher,
        ]
          + (more ?? []) + ["-r", alice, "--encrypt"], input: Data(value))
      let stock = try home.gpg(["--decrypt"], input: armored.output)
      let opened = try await openPGP.open([OpenRequest(armored: armored.text, binding: "binding")])
      let found = bytes(try #require(opened.first).get())
      #expect(found == Array(stock.output), "\(cipher) \(more ?? [])")
    }
  }

  /// One flipped bit: what gpg refuses we refuse, and nothing is opened to something else.
  @Test mutating func flippedBits() async throws {
    let value = Array("not a real value".utf8)
    let armored = try await sealed([value, value])[1]
    let message = try #require(SessionMessage(armored: armored))
    let whole = message.keyPackets + message.ciphertext
    for _ in 0..<Self.count / 2 {
      let bit = Int.random(in: 0..<whole.count * 8, using: &random)
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      let flipped = SessionMessage.armored(
        keyPackets: Array(bytes.prefix(message.keyPackets.count)),
        ciphertext: Array(bytes.dropFirst(message.keyPackets.count)))
      // Where it takes a message for something else, gpg prints nothing and is content.
      let stock = (try? home.gpg(["--decrypt"], input: Data(flipped.utf8)))
        .flatMap { $0.output.isEmpty ? nil : $0.output }
      let opened = try await openPGP.open([OpenRequest(armored: flipped, binding: binding(1))])
      let ours = try? opened.first?.get()
      #expect((ours == nil) == (stock == nil), "bit \(bit), seed \(Self.seed)")
      if let ours { #expect(self.bytes(ours) == value, "bit \(bit), seed \(Self.seed)") }
    }
  }
}
