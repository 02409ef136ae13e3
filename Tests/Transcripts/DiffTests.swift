import Foundation
import TestSupport
import Testing

/// A diff of two commits reads only the files that differ, where the others do not matter; one of a
/// commit and the work tree reads everything. Both must print the same.
@Suite struct DiffTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeProject()
    for name in ["crm", "mail", "chat"] {
      try sandbox.write(httpManifest(name, token: "t0ken-of-\(name)"), to: file(name))
    }
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
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

  /// Commits, and compares the diff of the files that differ with the one of all files.
  ///
  /// - Parameter function: the test, for its golden file.
  private func expectDiff(status: Int32 = 0, function: String = #function) throws {
    try commit("after")
    let parts = try sandbox.vaultctl(["diff", "HEAD~1..HEAD"])
    let whole = try sandbox.vaultctl(["diff", "HEAD~1"], isRecorded: false)
    #expect(parts.text == whole.text)
    #expect(parts.errorText == whole.errorText && parts.status == whole.status)
    let since = try sandbox.vaultctl(["diff", "HEAD~1...HEAD"], isRecorded: false)
    #expect(since.text == whole.text)
    #expect(parts.status == status)
    try sandbox.expectTranscript(function: function)
  }

  @Test func aChangedPlainFieldIsShown() throws {
    try replace("name: crm", "name: crm\n  labels: {team: sales}", in: "crm")
    try expectDiff()
  }

  @Test func aRotatedSecretIsShownWithoutItsValue() throws {
    #expect(try sandbox.vaultctl(["set", "crm", "token"], input: "other").status == 0)
    try expectDiff()
  }

  @Test func aMessageMovedFromAnUntouchedFileIsAnError() throws {
    let foreign = try sandbox.read(file("mail"))
    let own = try sandbox.read(file("crm"))
    let start = "-----BEGIN"
    let message = try #require(foreign.range(of: start).map { foreign[$0.lowerBound...] })
    let head = try #require(own.range(of: start).map { own[..<$0.lowerBound] })
    try sandbox.write(String(head + message), to: file("crm"))
    try expectDiff(status: 1)
  }

  @Test func aNameOfAnUntouchedFileIsDeclaredTwice() throws {
    try sandbox.write(try sandbox.read(file("mail")), to: file("second"))
    try expectDiff(status: 1)
  }

  @Test func movedAndDeletedFilesAreFollowed() throws {
    try sandbox.git(["mv", file("crm"), "connections/moved.yaml"])
    try sandbox.git(["rm", "--quiet", file("chat")])
    try expectDiff()
  }

  @Test func aChangedProjectFileDoesNotHideAChangedConnection() throws {
    try sandbox.writeProject(extra: "policy: {failOn: [empty]}")
    try replace("name: crm", "name: crm\n  labels: {team: sales}", in: "crm")
    try expectDiff()
  }

  @Test func filesOutsideTheProjectDoNotMatter() throws {
    try sandbox.write("unrelated\n", to: "notes.txt")
    try expectDiff()
  }
}
