import Foundation
import TestSupport
import Testing

/// Wherever a key is shown, people see whose it is, and never the id of a subkey alone.
@Suite struct KeyNameTests {
  private let sandbox: Sandbox
  /// Ann's name and the end of her key's fingerprint.
  private let ann: String

  init() throws {
    sandbox = try Sandbox()
    ann = "Ann <ann@example.com> (\(sandbox.key.suffix(16)))"
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
  }

  @Test func aDiffOfGitNamesPeople() throws {
    for arguments in [["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "x"]] {
      #expect(try sandbox.git(arguments).status == 0)
    }
    #expect(try sandbox.vaultctl(["hooks", "install"]).status == 0)
    try sandbox.write("*.yaml diff=vaultctl\n", to: ".gitattributes")
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "y").status == 0)
    let diff = try sandbox.git(["diff", "--", "connections"]).text
    let lines = diff.split(separator: "\n").filter { $0.contains("(sealed ") }
    #expect(lines.count == 2, "\(diff)")
    #expect(lines.allSatisfy { $0.hasSuffix(", addressed to \(ann))") }, "\(diff)")
  }

  @Test func aKeyringWithoutTheKeySaysSo() throws {
    let other = try GPGHome()
    _ = try other.makeKey("Bob <bob@example.com>")
    let shown = try sandbox.vaultctl(["textconv", "connections/a.yaml"], home: other.path)
    #expect(shown.status == 0 && shown.text.contains(" (not in your keyring))"), "\(shown.text)")
  }

  /// gpg would make a keyring.
  @Test func withoutAKeyringNoneIsMade() throws {
    let empty = try TemporaryFolder()
    let shown = try sandbox.vaultctl(["textconv", "connections/a.yaml"], home: empty.path)
    #expect(shown.status == 0 && shown.text.contains("(sealed "), "\(shown.text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path) == [])
  }

  /// A name is anybody's to choose.
  @Test func aHostileNameStaysInItsLine() throws {
    let mallory = try sandbox.home.makeKey("Ann \u{202E}moc <ann@example.com>")
    try sandbox.writeProject(keys: [mallory])
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)
    let shown = try sandbox.vaultctl(["textconv", "connections/a.yaml"]).text
    #expect(!shown.contains("\u{202E}") && shown.contains("\(mallory.suffix(16))"), "\(shown)")
  }

  @Test func whatCannotBeOpenedNamesPeople() throws {
    let reviewer = try GPGHome()
    try sandbox.write(
      sandbox.home.gpg(["--armor", "--export", sandbox.key]).text, to: "ann.asc")
    _ = try reviewer.gpg(["--import", sandbox.folder.path + "/ann.asc"])
    let refused = try sandbox.vaultctl(["decrypt", "a", "token"], home: reviewer.path)
    #expect(
      refused.status == 1 && refused.errorText.contains("it is addressed to: \(ann)"),
      "\(refused.errorText)")
  }
}
