import Foundation
import TestSupport
import Testing

/// README's way to a connection of one's own, from a machine without a key, with the program built.
@Suite struct FirstSuccessTests {
  /// The most commands that a new user types, git's and gpg's included.
  private static let limit = 6

  @Test func aNewUserHasAFilledConnectionAfterSixCommands() async throws {
    let sandbox = try Sandbox(isTrusted: false)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/vaultctl.yaml")
    let home = try GPGHome()
    let environment = ["GNUPGHOME": home.path]
    let readme = try Documentation.file("README.md")
    let start = try #require(readme.firstRange(of: "## Five minutes"))
    let block = try #require(Documentation.blocks(in: String(readme[start.upperBound...])).first)
    let commands = block.split(separator: "\n")
    #expect(commands.count <= Self.limit)
    for command in commands {
      let line = String(command.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces)
      guard line.hasPrefix("vaultctl ") else {
        let finished = try sandbox.shell(line, environment: environment)
        #expect(finished.status == 0, "\(line): \(finished.errorText)")
        continue
      }
      let words = line.split(separator: " ").dropFirst().map(String.init)
      let session = try TerminalSession(
        sandbox, words + ["-C", "acme-vault"], environment: environment)
      switch words[0] {
      case "init":
        try await session.waitForScreen("Enter a number (1-")
        try session.type("1\n")
      case "new":
        try await session.waitForScreen("account_id: ")
        try session.type("AC00000000000000000000000000000000\n")
        try await session.waitForScreen("api_key (input is hidden): ")
        try session.type("not-a-real-key\n")
      case "apply":
        try await session.waitForScreen("Type `yes`")
        try session.type("yes\n")
      default: break
      }
      try await session.waitForEnd()
      #expect(session.status == 0, "\(command): \(session.screen)")
      #expect(!session.screen.contains("not-a-real-key"))
      if words[0] == "status" { #expect(session.screen.contains("ready"), "\(session.screen)") }
    }
    let value = try sandbox.vaultctl(
      ["decrypt", "twilio-prod", "api_key", "-C", "acme-vault"], home: home.path)
    #expect(value.text == "not-a-real-key")
    let plan = try sandbox.vaultctl(["plan", "-C", "acme-vault"], home: home.path)
    #expect(plan.text == "No changes. 1 connection up to date.\n")
  }
}
