import Foundation
import TestSupport
import Testing

/// The way out is that of the cause, and not of the code.
@Suite(.serialized) struct CauseTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
  }

  private func helps(
    _ arguments: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> [String] {
    let finished = try sandbox.vaultctl(arguments, input: input, environment: environment)
    #expect(finished.status == 1, "\(finished.text)")
    return finished.errorText.split(separator: "\n").filter { $0.contains("= help:") }
      .map { String($0.split(separator: "= help: ").last ?? "") }
  }

  @Test func ofADiff() throws {
    #expect(try helps(["diff"]) == ["run this inside a git repository"])
    try sandbox.git(["init", "--quiet"])
    #expect(try helps(["diff"]) == ["commit first: git add . && git commit"])
    #expect(try helps(["diff", "nosuch"]) == ["commit first: git add . && git commit"])
    try sandbox.git(["commit", "--quiet", "--allow-empty", "-m", "x"])
    for range in ["nosuch", "HEAD..nosuch", "nosuch...HEAD"] {
      #expect(
        try helps(["diff", range]).first == "list branches and tags: git branch --all && git tag")
    }
    try sandbox.expectTranscript()
  }

  /// git explains it in several lines, the last with a tab.
  @Test(arguments: [
    ("diff", ["diff"]), ("delete", ["delete", "a"]), ("range", ["diff", "HEAD~1..HEAD"]),
  ])
  func ofARepositoryOfAnotherOwner(what: String, arguments: [String]) throws {
    try sandbox.git(["init", "--quiet"])
    let finished = try sandbox.vaultctl(
      arguments, environment: ["GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"])
    #expect(finished.status == 1)
    let lines = finished.errorText.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("  = note: fatal: detected dubious ownership") })
    #expect(lines.contains { $0.hasPrefix("  = note: git config --global --add safe.directory") })
    #expect(!finished.errorText.contains("\\"), "\(finished.errorText)")
    try sandbox.expectTranscript(case: what)
  }

  @Test func ofGPG() throws {
    let missing = sandbox.folder.path + "/none"
    #expect(
      try helps(["encrypt"], environment: ["GNUPGHOME": missing])
        == ["GNUPGHOME does not exist; unset it, or: mkdir -m 700 \(missing)"])
    let file = sandbox.folder.path + "/file"
    try sandbox.write("", to: "file")
    #expect(
      try helps(["encrypt"], environment: ["GNUPGHOME": file])
        == ["see what gpg says: gpg --list-keys"])
    try sandbox.expectTranscript()
  }

  @Test func ofAProjectThatIsElsewhere() throws {
    let connections = sandbox.folder.path + "/connections"
    #expect(
      try helps(["validate", "-C", connections])
        == ["the project is above it: -C \(sandbox.folder.path)"])
    let none = try TemporaryFolder()
    #expect(
      try helps(["validate", "-C", none.path])
        == ["create a project there: vaultctl init -C \(none.path)"])
    try sandbox.expectTranscript(known: [(none.path, "<empty folder>")])
  }

  /// Nothing is scaffolded over what cannot be read.
  @Test(
    arguments: [
      ("tab", "\tapp: x\n"), ("conflict", "<<<<<<< HEAD\n"),
      ("sops", "sops: {mac: x}\na: ENC[AES256_GCM,data:x]\n"),
    ])
  func ofAConnectionInAFileThatCannotBeRead(what: String, text: String) throws {
    try sandbox.write(text, to: "connections/b.yaml")
    let finished = try sandbox.vaultctl(["set", "crm", "token"], input: "x")
    #expect(finished.status == 1 && !finished.errorText.contains("vaultctl new"))
    #expect(finished.errorText.contains("it may be in `connections/b.yaml`, which cannot be read"))
    #expect(finished.errorText.contains("connections/b.yaml:1:"), "\(finished.errorText)")
    #expect(try helps(["set", "other", "token"]).contains("fix the errors, then try again"))
    try sandbox.expectTranscript(case: what)
  }

  /// A file that is named twice is edited once.
  @Test func ofAFileThatIsNamedTwice() throws {
    let sealed = try sandbox.vaultctl(["encrypt", "connections/a.yaml", "./connections/a.yaml"])
    #expect(sealed.status == 0, "\(sealed.errorText)")
    let text = try sandbox.read("connections/a.yaml")
    try sandbox.write(text.replacing("  name: a", with: "     name: a"), to: "connections/a.yaml")
    let formatted = try sandbox.vaultctl(["fmt", "connections/a.yaml", "./connections/a.yaml"])
    #expect(formatted.status == 0, "\(formatted.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == text)
  }

  /// There is nothing to commit to.
  @Test func ofADeletionOutsideOfARepository() throws {
    #expect(try helps(["delete", "a"]) == ["delete it all the same: vaultctl delete --force a"])
  }

  /// Nothing opens such a value, so none is sealed.
  @Test func ofAValueThatIsTooLarge() throws {
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let text = String(repeating: "x", count: (1 << 20) + 1)
    try sandbox.write(#"{"services": {"big": {"token": "\#(text)"}}}"#, to: "it.json")
    let imported = try sandbox.vaultctl(
      ["import", "--from", "json", "it.json", "--map", "services.*.token=http.token"])
    #expect(imported.status == 1)
    #expect(imported.errorText.contains("is larger than 1048576 bytes"), "\(imported.errorText)")
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/connections/big.yaml"))
  }

  @Test func ofAnAddressAsARecipient() throws {
    for (text, address) in [
      ("ann@example.com", "ann@example.com"), ("Ann <ann@example.com>", "ann@example.com"),
    ] {
      try sandbox.writeProject(keys: [text])
      #expect(
        try helps(["validate"]) == [
          "show its fingerprint: gpg --list-keys --fingerprint '\(address)'"
        ])
    }
    try sandbox.writeProject(keys: ["ABCD1234"])
    #expect(try helps(["validate"]) == ["show fingerprints: gpg --list-keys --fingerprint"])
    try sandbox.expectTranscript()
  }

  @Test func ofAConnectionInOneEnvironment() throws {
    try sandbox.writeProject(
      extra: """
        environments:
          staging: {store: {type: sqlite, path: staging.db}, overlay: env/staging}
          prod: {store: {type: sqlite, path: prod.db}, overlay: env/prod}
        """)
    try sandbox.write(httpManifest("only", token: "t0ken"), to: "env/staging/only.yaml")
    for arguments in [
      ["set", "only", "token"], ["decrypt", "only"], ["set", "only", "token", "--env", "prod"],
    ] {
      #expect(try helps(arguments, input: "x") == ["choose it: --env staging"])
    }
    #expect(
      try sandbox.vaultctl(["set", "only", "token", "--env", "staging"], input: "x").status == 0)
    try sandbox.expectTranscript()
  }

  /// Calls that fail as on a full disk, a read-only one, and one that breaks.
  @Test(
    arguments: [
      ("pwrite64", ["", "-wal"], "ENOSPC", "its disk is full"),
      ("ftruncate", ["-shm"], "ENOSPC", "disk I/O error"),
      ("fdatasync", ["", "-wal"], "EIO", "disk I/O error"),
    ])
  func ofADiskThatFails(call: String, files: [String], error: String, reason: String) async throws {
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "other").status == 0)
    let files = files.flatMap { ["-P", "\(sandbox.folder.path)/.vaultctl/vault.db\($0)"] }
    let running = try RunningProgram(
      sandbox, ["apply", "--auto-approve"],
      under: ["strace", "-f", "-qq", "-o", "/dev/null"] + files + [
        "-e", "trace=\(call)", "-e", "inject=\(call):error=\(error)",
      ])
    let finished = try await running.finished()
    #expect(finished.status != 0)
    #expect(finished.errorText.contains(reason), "\(finished.errorText)")
    // Nothing of it is left behind.
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
  }
}
