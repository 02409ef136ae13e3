import TestOpenBao
import TestSupport
import Testing

/// Secrets and folders beside ours, which others made.
@Suite struct OpenBaoForeignEntryTests {
  private func putAll(_ paths: [String], _ root: BaoClient) throws {
    for path in paths { _ = try root.bao(["kv", "put", "secret/\(path)", "a=b"]) }
  }

  @Test func whatOthersHaveBelowOurFoldersConcernsNobody() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let foreign = [
      "vaultctl/sub/deep", "vaultctl/a/deeper/still", "vaultctl/not ours", "vaultctl/%41",
      "vaultctl-tokens/sub/deep", "vaultctl-tokens/stray", "vaultctl-state/records/sub/deep",
      "vaultctl-state/other",
    ]
    try putAll(foreign, server.root)
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a", "b"])
    try it.fine(["apply", "--auto-approve"])
    try it.fine(["set", "a", "token"], input: "n3w")
    try it.remove("b")
    try it.fine(["plan", "--prune"])
    try it.fine(["status"])
    try it.fine(["apply", "--auto-approve", "--prune", "--force"])
    try it.fine(["plan", "--detailed-exitcode"])
    #expect(try server.root.secret("vaultctl/a")["token"] == "n3w")
    for path in foreign {
      let found = try server.root.bao(["kv", "get", "-field=a", "secret/\(path)"])
      #expect(found.text.hasPrefix("b"), "\(path): \(found.errorText)")
    }
    try it.sandbox.expectTranscript()
  }

  /// The environments' folders lie in the base's.
  @Test func aBaseAndItsEnvironmentsAreNotInEachOthersWay() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(
      server.root, more: "environments:\n  prod: {store: {type: openbao}}")
    try it.declare(["a"])
    for selected in [[], ["--env", "prod"], []] {
      try it.fine(["apply", "--auto-approve"] + selected)
      try it.fine(["plan", "--detailed-exitcode"] + selected)
      try it.fine(["status"] + selected)
      try it.fine(["refresh"] + selected)
    }
  }
}
