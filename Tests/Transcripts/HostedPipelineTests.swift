import Foundation
import Synchronization
import TestOpenBao
import TestServer
import TestSupport
import TestTenant
import Testing

/// The examples for hosted runners: each job in a fresh clone, with nothing but what its definition
/// gives it.
@Suite struct HostedPipelineTests {
  private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../examples/openbao").standardizedFileURL

  /// What differs between the two stores.
  private struct Backend {
    let store: String
    /// What a job's environment has: by the name of the job.
    let variables: @Sendable (_ job: String) throws -> [String: String]
    /// How often it was asked for anything.
    let requests: () async throws -> Int
    let token: () async throws -> String?
  }

  private func tenantBackend(_ tenant: TestTenant) -> Backend {
    Backend(
      store: "{type: auth0, domain: test.eu.auth0.com, baseURL: \"\(tenant.address)\"}",
      variables: { ["plan", "apply"].contains($0) ? TenantSandbox.login : [:] },
      requests: { await tenant.state.exchanges.count },
      token: { await tenant.state.setup(of: "api")?["token"] })
  }

  /// - Parameter jwt: by job, what the variables say of its token.
  private func baoBackend(
    _ server: BaoServer, jwt: @escaping @Sendable (_ job: String) throws -> [String: String]
  ) throws -> Backend {
    for name in ["planner", "applier"] {
      try server.root.writePolicy(
        name, String(contentsOf: Self.examples.appending(path: "\(name).hcl"), encoding: .utf8))
    }
    let address = server.root.address
    return Backend(
      store: "{type: openbao, address: \"\(address)\", ledger: git}",
      variables: { job in
        ["BAO_ADDR": address, "AUDIENCE": TestIssuer.audience, "ROLE": "vaultctl-\(job)"]
          .merging(["plan", "apply"].contains(job) ? try jwt(job) : [:]) { $1 }
      },
      requests: { try server.auditedCalls().count },
      token: { try server.root.secret("vaultctl/api")["token"] })
  }

  /// Both services' tokens say what the roles are bound to.
  private func makeRoles(_ server: BaoServer, _ issuer: TestIssuer) throws {
    try server.root.makeJWTRole(
      "vaultctl-plan", ["planner"], issuer: issuer, claims: ["repository": "acme/vault"])
    try server.root.makeJWTRole(
      "vaultctl-apply", ["applier"], issuer: issuer,
      claims: ["repository": "acme/vault", "environment": "production"])
  }

  private static func claims(_ job: String) -> [String: String] {
    ["repository": "acme/vault"].merging(job == "apply" ? ["environment": "production"] : [:]) {
      $1
    }
  }

  // MARK: GitHub

  private func gitHubStory(_ file: String, _ backend: Backend) async throws -> HostedProject {
    let pipeline = try Pipeline(file)
    let comments = try CommentsServer()
    let project = try HostedProject(store: backend.store)
    let key = try project.secretKey()
    func run(_ job: String, on branch: String = "main") async throws
      -> [(name: String, finished: Finished)]
    {
      let more: [String: String] =
        switch job {
        case "review": ["BASE": try project.head("main")]
        case "comment":
          [
            "GITHUB_API_URL": comments.address, "GITHUB_REPOSITORY": "acme/vault",
            "TOKEN": "t0ken", "NUMBER": "7",
          ]
        case "apply": ["VAULTCTL_KEY": key]
        default: [:]
        }
      let isRequest = ["review", "comment"].contains(job)
      let event =
        isRequest
        ? ["GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"]
        : [
          "GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "true",
          "GITHUB_SHA": try project.head("main"),
        ]
      let variables = try backend.variables(job).merging(more) { $1 }.merging(event) { $1 }
      return try await apart {
        try project.onRunner(branch, variables) { try pipeline.gitHub(job: job, $0) }
      }
    }
    func expectFine(_ job: String, on branch: String = "main") async throws {
      for result in try await run(job, on: branch) {
        #expect(
          result.finished.status == 0,
          "\(job), \(result.name): \(result.finished.text)\(result.finished.errorText)")
      }
    }

    for job in ["plan", "apply"] { try await expectFine(job) }
    #expect(try await backend.token() == "first")
    #expect(try project.ledgerCommits() == 1)

    try project.change("change")
    let asked = try await backend.requests()
    try await expectFine("review", on: "change")
    #expect(try await backend.requests() == asked, "a review asks only git")
    let comment = try project.artifacts.read("review/comment.md")
    project.sandbox.transcript.record(file: "the comment", comment)
    #expect(try project.artifacts.read("review/vaultctl.sarif").contains("\"results\""))
    for _ in 0..<2 { try await expectFine("comment", on: "change") }
    let bodies = try comments.bodies(
      at: "/repos/acme/vault/issues/7/comments", header: "Authorization: Bearer t0ken")
    #expect(bodies == [comment], "one comment, updated in place")

    try project.merge("change")
    for job in ["plan", "apply"] { try await expectFine(job) }
    #expect(try await backend.token() == "second")
    #expect(try project.ledgerCommits() == 2)
    let stale = try await run("apply")
    #expect(stale.last { $0.name == "Apply" }?.finished.status == 1)
    #expect(stale.last?.name == "Forget the keys")
    return project
  }

  @Test func gitHubWithATenant() async throws {
    let tenant = try await TestTenant()
    let project = try await gitHubStory("github/tenant.yml", tenantBackend(tenant))
    try project.sandbox.expectTranscript()
  }

  @Test func gitHubWithOpenBao() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let issuer = TestIssuer()
    try makeRoles(server, issuer)
    // As GitHub's: a job asks for its token with one that only it has.
    let tokens = try await LoopbackServer { request in
      let job = request.headers["authorization"]?.split(separator: "-").last.map(String.init)
      guard let job, request.target.contains("audience=https://vault.example.com") else {
        return .whole(status: 401)
      }
      let token = try issuer.token(Self.claims(job))
      return .whole(status: 200, body: Array("{\"value\": \"\(token)\"}".utf8))
    }
    defer { tokens.end() }
    let address = tokens.address
    let backend = try baoBackend(server) { job in
      [
        "ACTIONS_ID_TOKEN_REQUEST_URL": address + "/token?api-version=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-\(job)",
      ]
    }
    let project = try await gitHubStory("github/openbao.yml", backend)
    try project.sandbox.expectTranscript()
  }

  // MARK: GitLab

  private func gitLabStory(_ file: String, _ backend: Backend) async throws -> HostedProject {
    let pipeline = try Pipeline(file)
    let comments = try CommentsServer()
    let project = try HostedProject(store: backend.store)
    let key = try project.secretKey()
    func run(
      _ job: String, on branch: String = "main", from fork: String? = nil
    ) async throws -> Finished {
      let base = String(project.origin.dropLast(4))
      var more = [
        "CI_PROJECT_ID": fork == nil ? "1" : "2", "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_PROJECT_URL": base, "CI_PROJECT_DIR": "/", "GIT_DEPTH": "0",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": try project.head("main"),
      ]
      switch job {
      case "review", "comment": more["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
      default:
        more["CI_COMMIT_REF_PROTECTED"] = "true"
        more["CI_COMMIT_SHA"] = try project.head("main")
      }
      switch job {
      case "comment":
        more["CI_API_V4_URL"] = comments.address
        more["CI_MERGE_REQUEST_IID"] = "7"
        more["VAULTCTL_COMMENT_TOKEN"] = "t0ken"
      case "apply":
        more["VAULTCTL_KEY"] = key
        more["VAULTCTL_PUSH_URL"] = project.origin
      default: break
      }
      let variables = try backend.variables(job).merging(more) { $1 }
      return try await apart {
        try project.onRunner(branch, from: fork, variables) { run in
          let finished = try pipeline.gitLab(job: job, run)
          if job == "review" {
            for name in ["comment.md", "gl-code-quality.json"] { try project.keep(name, of: run) }
          }
          if job == "plan" { try project.keep("vaultctl.plan", of: run) }
          return finished
        }
      }
    }
    func expectFine(
      _ job: String, on branch: String = "main", from fork: String? = nil
    ) async throws {
      let finished = try await run(job, on: branch, from: fork)
      #expect(finished.status == 0, "\(job): \(finished.text)\(finished.errorText)")
    }

    for job in ["plan", "apply"] { try await expectFine(job) }
    #expect(try await backend.token() == "first")
    #expect(try project.ledgerCommits() == 1)

    try project.change("change")
    let asked = try await backend.requests()
    try await expectFine("review", on: "change")
    let comment = try project.artifacts.read("comment.md")
    project.sandbox.transcript.record(file: "the comment", comment)
    // A fork has the branch, and no ledger of its own.
    try await expectFine("review", on: "change", from: try project.fork())
    #expect(try project.artifacts.read("comment.md") == comment)
    #expect(try await backend.requests() == asked, "a review asks only git")
    for _ in 0..<2 { try await expectFine("comment", on: "change") }
    let bodies = try comments.bodies(
      at: "/projects/1/merge_requests/7/notes", header: "PRIVATE-TOKEN: t0ken")
    #expect(bodies == [comment], "one note, updated in place")

    try project.merge("change")
    for job in ["plan", "apply"] { try await expectFine(job) }
    #expect(try await backend.token() == "second")
    #expect(try project.ledgerCommits() == 2)
    #expect(try await run("apply").status == 1, "the plan is out of date")
    return project
  }

  @Test func gitLabWithATenant() async throws {
    let tenant = try await TestTenant()
    let project = try await gitLabStory("gitlab/tenant.gitlab-ci.yml", tenantBackend(tenant))
    try project.sandbox.expectTranscript()
  }

  @Test func gitLabWithOpenBao() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let issuer = TestIssuer()
    try makeRoles(server, issuer)
    let backend = try baoBackend(server) { ["VAULTCTL_JWT": try issuer.token(Self.claims($0))] }
    let project = try await gitLabStory("gitlab/openbao.gitlab-ci.yml", backend)
    try project.sandbox.expectTranscript()
  }

  /// Who approved nothing cannot write: the plan's role has no permission to.
  @Test func thePlansLoginCannotApply() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let issuer = TestIssuer()
    try makeRoles(server, issuer)
    let token = try issuer.token(Self.claims("plan"))
    func login(_ role: String) throws -> BaoResponse {
      try server.root.with(token: "").call(
        "POST", "auth/jwt/login", ["jwt": token, "role": role])
    }
    #expect(try login("vaultctl-plan").isSuccess)
    #expect(try !login("vaultctl-apply").isSuccess)
  }
}
