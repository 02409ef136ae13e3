import Foundation
import TestSupport
import Testing

/// A diff of two commits reads only what differs, where the rest has no say; one of a commit and
/// the work tree reads everything. Both must tell the same.
@Suite struct DiffTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeProject()
    for name in ["crm", "mail", "chat"] {
      try sandbox.write(httpManifest(name, token: "t0ken-of-\(name)"), to: file(name))
    }
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    try commit("before")
  }

  private func file(_ name: String) -> String { "connections/\(name).yaml" }

  private func commit(_ message: String) throws {
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", message]).status == 0)
  }

  private func replace(_ old: String, _ new: String, in name: String) throws {
    let text = try sandbox.read(file(name))
    try #require(text.contains(old), "\(text)")
    try sandbox.write(text.replacingOccurrences(of: old, with: new), to: file(name))
  }

  /// Between what differs and everything.
  private func told() throws -> Finished {
    try commit("after")
    let parts = try sandbox.vaultctl(["diff", "HEAD~1..HEAD"])
    let whole = try sandbox.vaultctl(["diff", "HEAD~1"])
    #expect(parts.text == whole.text)
    #expect(parts.errorText == whole.errorText && parts.status == whole.status)
    let since = try sandbox.vaultctl(["diff", "HEAD~1...HEAD"])
    #expect(since.text == whole.text)
    return parts
  }

  @Test func ofAPlainField() throws {
    try replace("name: crm", "name: crm\n  labels: {team: sales}", in: "crm")
    let diff = try told()
    #expect(diff.status == 0 && diff.text.contains("team"), "\(diff.text)\(diff.errorText)")
    #expect(!diff.text.contains("mail"))
  }

  @Test func ofARotatedSecret() throws {
    #expect(try sandbox.vaultctl(["set", "crm", "token"], input: "other").status == 0)
    #expect(try told().text.contains("rotated"))
  }

  @Test func ofAMessageOfAnUntouchedFile() throws {
    let foreign = try sandbox.read(file("mail"))
    let own = try sandbox.read(file("crm"))
    let start = "-----BEGIN"
    let message = try #require(foreign.range(of: start).map { foreign[$0.lowerBound...] })
    let head = try #require(own.range(of: start).map { own[..<$0.lowerBound] })
    try sandbox.write(String(head + message), to: file("crm"))
    let diff = try told()
    #expect(diff.status == 1 && diff.text.contains("moved from token of \"mail\""), "\(diff.text)")
  }

  @Test func ofANameOfAnUntouchedFile() throws {
    try sandbox.write(try sandbox.read(file("mail")), to: file("second"))
    let diff = try told()
    #expect(diff.status == 1 && diff.errorText.contains("is declared twice"), "\(diff.errorText)")
  }

  @Test func ofFilesThatMoveAndGo() throws {
    try sandbox.git(["mv", file("crm"), "connections/moved.yaml"])
    try sandbox.git(["rm", "--quiet", file("chat")])
    let diff = try told()
    #expect(diff.status == 0 && diff.text.contains("1 removed"), "\(diff.text)\(diff.errorText)")
  }

  @Test func ofAProjectFile() throws {
    try sandbox.writeProject(extra: "policy: {failOn: [empty]}")
    try replace("name: crm", "name: crm\n  labels: {team: sales}", in: "crm")
    #expect(try told().text.contains("team"))
  }

  @Test func ofWhatIsNotOfTheProject() throws {
    try sandbox.write("unrelated\n", to: "notes.txt")
    #expect(try told().status == 0)
  }
}
