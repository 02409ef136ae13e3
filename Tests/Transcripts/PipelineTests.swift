import Foundation
import TestSupport
import Testing

/// The examples of `examples/ci`, run step by step on a real repository.
@Suite struct PipelineTests {
  /// Outside of the work tree: the store, and the code host's repository.
  private let elsewhere: TemporaryFolder
  private var store: String { elsewhere.path + "/vaultctl/vault.db" }
  private var origin: String { elsewhere.path + "/origin.git" }

  private var forksKeyring: String { elsewhere.path + "/gnupg" }

  /// As the end of its machine does.
  private func forgetForksKeys() throws {
    _ = try run("/usr/bin/gpgconf", ["--homedir", forksKeyring, "--kill", "all"])
    try FileManager.default.removeItem(atPath: forksKeyring)
  }

  init() throws { elsewhere = try TemporaryFolder() }

  @Test(arguments: ["openbao.yml", "tenant.yml", "vaultctl.yml"])
  func everyStepIsRightForItsShell(file: String) throws {
    let scripts = try Pipeline("github/" + file).scriptsOfContainers
    #expect(!scripts.isEmpty)
    for (shell, script) in scripts {
      let checked = try run("/bin/\(shell)", ["-n", "-c", script])
      #expect(checked.status == 0, "\(shell): \(checked.errorText)\n\(script)")
    }
  }

  /// A repository whose branch `change` rotates a secret of `main`, and brings a store along.
  private func repository() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, path: \(store), ledger: git}")
    try sandbox.write(httpManifest("api", token: "first"), to: "connections/api.yaml")
    try sandbox.write(".vaultctl*/\n", to: ".gitignore")
    let key = try sandbox.home.gpg(["--armor", "--export", sandbox.key])
    try sandbox.write(key.text, to: "keys/ann.asc")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    let bare = try run("/usr/bin/git", ["init", "--quiet", "--bare", origin])
    #expect(bare.status == 0)
    try sandbox.git(["remote", "add", "origin", origin])
    try commit(sandbox)
    try sandbox.git(["push", "--quiet", "origin", "main"])
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try sandbox.git(["checkout", "--quiet", "-b", "change"])
    #expect(try sandbox.vaultctl(["set", "api", "token"], input: "second").status == 0)
    try sandbox.write("another store", to: ".vaultctl/vault.db")
    try sandbox.git(["add", "--force", ".vaultctl/vault.db"])
    try commit(sandbox)
    return sandbox
  }

  private func commit(_ sandbox: Sandbox) throws {
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "it"]).status == 0)
  }

  private func head(_ sandbox: Sandbox, _ branch: String) throws -> String {
    try sandbox.git(["rev-parse", branch]).text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A fork's job is on a machine of its own.
  private func environment(
    _ sandbox: Sandbox, _ job: String, _ more: [String: String]
  ) -> [String: String] {
    let keyring =
      job == "fork"
      ? forksKeyring : "\(sandbox.folder.path)/.vaultctl-gnupg-\(UUID().uuidString.prefix(8))"
    return [
      "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "HOME": sandbox.home.path,
      "USER": "runner",
      "GNUPGHOME": keyring,
    ].merging(more) { $1 }
  }

  private func secretKey(_ sandbox: Sandbox) throws -> String {
    try sandbox.home.gpg([
      "--pinentry-mode", "loopback", "--passphrase", "", "--armor", "--export-secret-keys",
      sandbox.key,
    ]).text
  }

  /// There is one comment, made without a key; it goes into the transcript.
  private func expectReview(_ bodies: [String], _ sandbox: Sandbox) throws {
    #expect(bodies.count == 1)
    sandbox.transcript.record(file: "the comment", try #require(bodies.first))
    try expectNoKeyring(sandbox)
  }

  private func expectNoKeyring(_ sandbox: Sandbox) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path)
    #expect(!names.contains { $0.hasPrefix(".vaultctl-gnupg") }, "keys are forgotten")
  }

  private func expectApplied(_ sandbox: Sandbox) throws {
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try expectNoKeyring(sandbox)
  }

  /// In a comment's marker, a path has no hyphens.
  private func expectTranscript(_ sandbox: Sandbox, function: String = #function) throws {
    let marked = elsewhere.path.replacingOccurrences(of: "-", with: "_")
    try sandbox.expectTranscript(
      known: [(elsewhere.path, "<elsewhere>"), (marked, "<elsewhere>")], function: function)
  }

  @Test func theStepsForGitHubReviewAndApply() throws {
    let sandbox = try repository()
    let server = try CommentsServer()
    let pipeline = try Pipeline("github/vaultctl.yml")
    let scratch = try TemporaryFolder()
    func run(_ job: String) throws -> [(name: String, finished: Finished)] {
      let variables = environment(
        sandbox, job,
        [
          "RUNNER_TEMP": scratch.path, "GITHUB_API_URL": server.address,
          "GITHUB_REPOSITORY": "acme/vault", "TOKEN": "t0ken", "NUMBER": "7",
          "BASE": try head(sandbox, "main"), "VAULTCTL_KEY": try secretKey(sandbox),
        ].merging(
          ["review", "fork"].contains(job)
            ? ["GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"]
            : [
              "GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "true",
              "GITHUB_SHA": try head(sandbox, "main"),
            ]
        ) { $1 })
      return try pipeline.gitHub(
        job: job, Pipeline.Run(folder: sandbox.folder.path, environment: variables))
    }
    func expectFine(_ results: [(name: String, finished: Finished)]) {
      for result in results {
        #expect(result.finished.status == 0, "\(result.name): \(result.finished.errorText)")
      }
    }
    func comments() throws -> [String] {
      try server.bodies(
        at: "/repos/acme/vault/issues/7/comments", header: "Authorization: Bearer t0ken")
    }

    expectFine(try run("review"))
    try expectReview(comments(), sandbox)
    #expect(try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"]).status == 0)
    try commit(sandbox)
    expectFine(try run("review"))
    let again = try comments()
    #expect(again.count == 1)
    sandbox.transcript.record(file: "the comment", try #require(again.first))
    let log = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/vaultctl.sarif"))
    #expect(String(decoding: log, as: UTF8.self).contains("\"VC3001\""))

    expectFine(try run("fork"))
    try forgetForksKeys()

    let good = try sandbox.read("connections/api.yaml")
    try sandbox.write(good + "  unheard: of\n", to: "connections/api.yaml")
    let broken = try run("review")
    #expect(broken.map(\.name) == ["Public keys", "Validate", "Findings", "Forget the keys"])
    #expect(broken.map(\.finished.status) == [0, 1, 0, 0])
    let findings = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/vaultctl.sarif"))
    #expect(String(decoding: findings, as: UTF8.self).contains("\"VC1104\""))
    try sandbox.write(good, to: "connections/api.yaml")

    try sandbox.git(["checkout", "--quiet", "main"])
    try sandbox.git(["merge", "--quiet", "change"])
    expectFine(try run("plan"))
    expectFine(try run("apply"))
    try expectApplied(sandbox)
    let stale = try run("apply")
    #expect(stale.last { $0.name == "Apply" }?.finished.status == 1)
    #expect(stale.last?.name == "Forget the keys")
    #expect(stale.last?.finished.status == 0)
    try expectTranscript(sandbox)
  }

  @Test func theStepsForGitLabReviewAndApply() throws {
    let sandbox = try repository()
    let server = try CommentsServer()
    let pipeline = try Pipeline("gitlab/.gitlab-ci.yml")
    func run(_ job: String) throws -> Finished {
      let variables = environment(
        sandbox, job,
        [
          "CI_API_V4_URL": server.address, "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "7",
          "CI_MERGE_REQUEST_DIFF_BASE_SHA": try head(sandbox, "main"),
          "CI_PROJECT_DIR": sandbox.folder.path, "GIT_DEPTH": "0",
          "CI_MERGE_REQUEST_PROJECT_URL": String(origin.dropLast(4)),
          "VAULTCTL_PUSH_URL": origin, "VAULTCTL_COMMENT_TOKEN": "t0ken",
          "VAULTCTL_KEY": try secretKey(sandbox),
        ].merging(
          ["review", "fork"].contains(job)
            ? [
              "CI_PIPELINE_SOURCE": "merge_request_event",
              "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            ]
            : [
              "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_REF_PROTECTED": "true",
              "CI_COMMIT_SHA": try head(sandbox, "main"),
            ]
        ) { $1 })
      return try pipeline.gitLab(
        job: job, Pipeline.Run(folder: sandbox.folder.path, environment: variables))
    }
    func notes() throws -> [String] {
      try server.bodies(
        at: "/projects/1/merge_requests/7/notes", header: "PRIVATE-TOKEN: t0ken")
    }

    for _ in 0..<2 {
      let review = try run("review")
      #expect(review.status == 0, "\(review.errorText)")
      try expectReview(notes(), sandbox)
    }
    let fork = try run("fork")
    try forgetForksKeys()
    #expect(fork.status == 0, "\(fork.errorText)")
    #expect(
      fork.text.contains("token = (secret: re-encrypted; value unknown without a key)"),
      "\(fork.text)")
    #expect(try sandbox.read("gl-code-quality.json").hasPrefix("["))
    #expect(try sandbox.read("vaultctl.junit.xml").hasPrefix("<?xml"))
    try sandbox.git(["checkout", "--quiet", "main"])
    try sandbox.git(["merge", "--quiet", "change"])
    for job in ["plan", "apply"] {
      let finished = try run(job)
      #expect(finished.status == 0, "\(job): \(finished.errorText)")
    }
    try expectApplied(sandbox)
    #expect(try run("apply").status == 1, "the plan is out of date")
    try expectTranscript(sandbox)
  }
}
