import Foundation
import TestSupport
import Testing

/// The examples of help: each is run as it stands, in a project with the connections that they name.
@Suite struct ExampleTests {
  /// Without a server that gives tokens they can only be understood.
  private static let needsServer: Set<String> = ["authorize", "revoke"]
  /// They run until somebody ends them.
  private static let runsOn: Set<String> = ["serve", "watch"]

  /// The examples of a command, from its help.
  private func examples(_ path: [String], _ help: CommandHelp) throws -> [String] {
    try help.section("EXAMPLES", of: path).filter { !$0.hasPrefix("  #") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test func everyExampleWorks() throws {
    let project = try ExampleProject()
    let sandbox = project.sandbox
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    let bob = try project.bob()
    let help = CommandHelp(sandbox: sandbox)
    let commands = try help.paths()
    #expect(commands.count > 45)
    for path in commands {
      let examples = try examples(path, help)
      #expect((2...3).contains(examples.count), "\(path) has \(examples.count) examples")
      #expect(examples.contains { $0.contains("vaultctl " + path.joined(separator: " ")) })
      try project.copy(to: folder)
      if path == ["recipients", "remove"] {
        let added = try project.shell("vaultctl recipients add keys/bob.asc", in: folder)
        #expect(added.status == 0, "\(added.errorText)")
      }
      if path == ["init"] { try FileManager.default.removeItem(atPath: folder + "/vaultctl.yaml") }
      for example in examples {
        let ran = example.replacing("FINGERPRINT", with: sandbox.key).replacing("OTHER", with: bob)
        if path == ["recipients", "remove"], example != examples.first {
          _ = try project.shell("vaultctl recipients add keys/bob.asc", in: folder)
        }
        let runsOn = Self.runsOn.contains(path.last ?? "")
        let finished = try project.shell(ran, in: folder, limit: runsOn ? 8 : 120)
        // 124: it was still running. A terminal's question is answered by nobody.
        let wasEnded = finished.status == 124 && (runsOn || example.hasPrefix("timeout "))
        let isUnderstood = finished.status != 64 && finished.status != 70
        let isFine =
          finished.status == 0 || wasEnded || Self.needsServer.contains(path.last ?? "")
          || finished.errorText.contains("no terminal")
        #expect(isFine && isUnderstood, "\(ran): \(finished.status)\n\(finished.errorText)")
      }
    }
  }
}
