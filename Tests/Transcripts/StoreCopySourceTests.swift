import Foundation
import TestOpenBao
import TestSupport
import Testing

/// What a copy does not take, and says so.
@Suite struct StoreCopySourceTests {
  /// A mistyped path is no empty store, and becomes none.
  @Test(arguments: [[], ["--finish", "--auto-approve"]])
  func aFileThatIsNotThereIsNoStore(more: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "s3cret"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments, isRecorded: false).status == 0)
    }
    let folder = sandbox.folder.path + "/.vaultctl"
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let refused = try sandbox.vaultctl(
      ["store", "copy", "--from", "{type: sqlite, path: .vaultctl/odl.db}"] + more)
    #expect(
      refused.status == 1 && refused.errorText.contains("there is no store yet"),
      "\(refused.text)\(refused.errorText)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
  }

  /// Nor is a prefix where nothing was ever written.
  @Test func aFolderThatIsNotThereIsNoStore() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root, store: StoreCopyFixture.second)
    for more in [[], ["--finish", "--auto-approve"]] {
      let refused = try it.vaultctl(
        ["store", "copy", "--from", "{type: openbao, prefix: folws}"] + more)
      #expect(
        refused.status == 1 && refused.errorText.contains("there is no store yet"),
        "\(refused.text)\(refused.errorText)")
    }
    #expect(try server.root.call("GET", "secret/metadata/?list=true").status == 404)
  }

  /// What others have there is not removed, and not called nothing.
  @Test func whatStaysIsSaid() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root, store: StoreCopyFixture.bao)
    try it.declare(["a"])
    try it.fine(["apply", "--auto-approve"])
    try server.root.order("POST", "secret/data/flows/theirs", ["data": ["a": "b"]])
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    let finish = copy + ["--finish", "--auto-approve"]
    for arguments in [copy, finish, finish] {
      let finished = try it.fine(arguments)
      #expect(
        finished.errorText.contains("Left as they are: 1 entry without a record, or of others"),
        "\(finished.errorText)")
      #expect(!finished.text.contains("Nothing is left"), "\(finished.text)")
    }
    #expect(try server.root.secret("flows/theirs") == ["a": "b"])
  }

  /// A store cannot write such a value again, so it is not left out and then removed with the original.
  @Test func anObjectThatAnotherToolWroteIsNotPassedOver() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root, store: StoreCopyFixture.bao)
    try it.declare(["a", "b"])
    let manifest = try it.sandbox.read("connections/a.yaml")
    try it.sandbox.write(
      manifest.replacing("  app: http\n", with: "  app: http\n  ignore: [token]\n"),
      to: "connections/a.yaml")
    try it.fine(["apply", "--auto-approve"])
    let data: [String: any Sendable] = ["type": "bearer", "token": ["a": "b"]]
    try server.root.order("POST", "secret/data/flows/a", ["data": data])
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    for more in [[], ["--finish", "--auto-approve"]] {
      let refused = try it.vaultctl(copy + more)
      #expect(refused.status == (more.isEmpty ? 4 : 1), "\(refused.text)\(refused.errorText)")
      #expect(refused.errorText.contains("connection `a`"), "\(refused.errorText)")
    }
    #expect(try server.root.call("GET", "secret/data/flows/a").text.contains("\"b\""))
    // Once it is one value again, the same command continues.
    try server.root.order(
      "POST", "secret/data/flows/a", ["data": ["type": "bearer", "token": "rotated"]])
    try it.fine(copy)
    try it.fine(copy + ["--finish", "--auto-approve"])
  }

  // MARK: Recipients

  /// The copy's key is one that they know, until the next copy gives it another one.
  @Test func whoIsNoRecipientAnyMoreOpensNothingThatIsCopied() throws {
    let sandbox = try Sandbox()
    let bob = try GPGHome()
    let bobsKey = try bob.makeKey("Bob <bob@example.com>")
    try bob.gpg(["--import"], input: sandbox.home.gpg(["--export", sandbox.key]).output)
    try sandbox.home.gpg(["--import"], input: bob.gpg(["--export", bobsKey]).output)
    func fine(_ arguments: [String], input: String = "") throws {
      let finished = try sandbox.vaultctl(arguments, input: input, isRecorded: false)
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    }
    func declare(_ keys: [String], _ store: String) throws {
      try sandbox.writeProject(keys: keys, extra: "store: \(store)")
    }
    func value(home: String? = nil) throws -> String {
      try sandbox.vaultctl(
        ["exec", "a", "--", "printenv", "A_TOKEN"], home: home, isRecorded: false
      ).text
    }
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    try declare([sandbox.key, bobsKey], StoreCopyFixture.first)
    try sandbox.write(httpManifest("a", token: "0ld"), to: "connections/a.yaml")
    try fine(["encrypt"])
    try fine(["apply", "--auto-approve"])
    try fine(copy)
    try declare([sandbox.key], StoreCopyFixture.first)
    try fine(["rekey"])
    try fine(["apply", "--auto-approve"])
    try fine(["set", "a", "token"], input: "n3w")
    try fine(["apply", "--auto-approve"])
    try fine(copy)
    try declare([sandbox.key], StoreCopyFixture.second)
    #expect(try value() == "n3w\n")
    #expect(try value(home: bob.path) == "")
    try fine(["plan", "--detailed-exitcode"])
    try fine(["store", "verify"])
  }
}
