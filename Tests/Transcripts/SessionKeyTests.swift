import Foundation
import Model
import TestSupport
import Testing

/// How many operations with a private key a command costs, and which messages share a session key.
@Suite struct SessionKeyTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    for number in 0..<6 {
      try sandbox.write(
        httpManifest("c-\(number)", token: "t0ken-\(number)"), to: "connections/\(number).yaml")
    }
  }

  /// By file, the key packets of its one message.
  private func keyPackets() throws -> [String: [UInt8]] {
    let names = try FileManager.default
      .contentsOfDirectory(atPath: sandbox.folder.path + "/connections")
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let lines = try sandbox.read("connections/\(name)").split(
          separator: "\n", omittingEmptySubsequences: false
        ).map { $0.drop { $0 == " " } }
        let start = try #require(lines.firstIndex { $0.hasPrefix("-----BEGIN") })
        let end = try #require(lines.firstIndex { $0.hasPrefix("-----END") })
        let armored = lines[start...end].joined(separator: "\n") + "\n"
        return (name, try #require(SessionMessage(armored: armored)).keyPackets)
      })
  }

  private func vaultctl(_ arguments: [String], input: String = "") throws {
    let finished = try sandbox.vaultctl(arguments, input: input)
    #expect(finished.status == 0, "\(finished.errorText)")
  }

  @Test func theFirstApplyCostsOneKeyOperation() throws {
    try vaultctl(["encrypt"])
    #expect(Set(try keyPackets().values).count == 1)
    try sandbox.home.logAgent()
    try vaultctl(["apply", "--auto-approve"])
    #expect(try sandbox.home.keyOperations() == 1)
    try vaultctl(["validate"])
    #expect(try sandbox.home.keyOperations() == 2)
    // What the store has is checked with its key.
    try vaultctl(["plan"])
    #expect(try sandbox.home.keyOperations() == 3)
  }

  @Test func whatIsSetOrEditedLaterJoins() throws {
    try vaultctl(["encrypt"])
    try vaultctl(["set", "c-1", "token"], input: "another")
    try vaultctl(["rename", "c-2", "c-two"])
    let finished = try sandbox.vaultctl(
      ["edit", "c-3", "token"], environment: ["EDITOR": "sed -i s/t0ken/new/"])
    #expect(finished.status == 0, "\(finished.errorText)")
    try sandbox.write(httpManifest("c-6", token: "t0ken-6"), to: "connections/6.yaml")
    try vaultctl(["encrypt"])
    #expect(Set(try keyPackets().values).count == 1)
    #expect(try sandbox.vaultctl(["decrypt", "c-3", "token"]).text == "new-3")
    #expect(try sandbox.vaultctl(["decrypt", "c-two", "token"]).text == "t0ken-2")
  }

  @Test func otherRecipientsMeanAnotherSessionKeyForAll() throws {
    try vaultctl(["encrypt"])
    let before = try keyPackets()
    let bob = try sandbox.home.makeKey("Bob")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try vaultctl(["rekey"])
    let both = try keyPackets()
    #expect(Set(both.values).count == 1)
    #expect(both["0.yaml"] != before["0.yaml"])
    try sandbox.writeProject(keys: [sandbox.key])
    try vaultctl(["rekey"])
    let after = try keyPackets()
    #expect(Set(after.values).count == 1)
    #expect(![before["0.yaml"], both["0.yaml"]].contains(after["0.yaml"]))
    try vaultctl(["set", "c-1", "token"], input: "another")
    #expect(try keyPackets()["1.yaml"] == after["0.yaml"])
  }
}
