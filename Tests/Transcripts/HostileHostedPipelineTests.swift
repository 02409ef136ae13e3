import Foundation
import TestServer
import TestSupport
import Testing

/// The examples' jobs of a pull request, run as they are on a hostile branch, in an environment that has
/// every credential: more than the examples give them. The attacker must hear nothing.
@Suite(.serialized) struct HostileHostedPipelineTests {
  private struct Job: Sendable, CustomTestStringConvertible {
    let file: String
    let name: String
    /// How many of the hostile project files; what a command does with one does not depend on the job.
    let count: Int

    var isGitHub: Bool { file.hasPrefix("github/") }
    var testDescription: String { "\(file) \(name)" }

    static let all = [
      Job(file: "github/tenant.yml", name: "review", count: 6),
      Job(file: "github/openbao.yml", name: "review", count: 2),
      Job(file: "github/vaultctl.yml", name: "review", count: 2),
      Job(file: "github/vaultctl.yml", name: "fork", count: 2),
      Job(file: "gitlab/tenant.gitlab-ci.yml", name: "review", count: 6),
      Job(file: "gitlab/openbao.gitlab-ci.yml", name: "review", count: 2),
      Job(file: "gitlab/.gitlab-ci.yml", name: "review", count: 2),
      Job(file: "gitlab/.gitlab-ci.yml", name: "fork", count: 2),
    ]
  }

  private func variables(_ job: Job, _ project: HostedProject, _ comments: CommentsServer) throws
    -> [String: String]
  {
    if job.isGitHub {
      return [
        "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main",
        "BASE": try project.head("main"), "GITHUB_API_URL": comments.address,
        "GITHUB_REPOSITORY": "acme/vault", "TOKEN": "t0ken", "NUMBER": "7",
        "VAULTCTL_KEY": try project.secretKey(),
      ]
    }
    return [
      "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
      "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_PROJECT_DIR": "/",
      "GIT_DEPTH": "0", "CI_MERGE_REQUEST_PROJECT_URL": String(project.origin.dropLast(4)),
      "CI_MERGE_REQUEST_DIFF_BASE_SHA": try project.head("main"),
      "CI_API_V4_URL": comments.address, "CI_MERGE_REQUEST_IID": "7",
      "VAULTCTL_COMMENT_TOKEN": "t0ken", "VAULTCTL_KEY": try project.secretKey(),
      "VAULTCTL_PUSH_URL": project.origin,
    ]
  }

  @Test(arguments: Job.all)
  private func theAttackerHearsNothing(_ job: Job) async throws {
    let attack = try await HostileRequest(HostileRequest.store)
    let project = try HostedProject(
      store: "{type: openbao, address: \"\(attack.friend.address)\", ledger: git}")
    let comments = try CommentsServer()
    let pipeline = try Pipeline(job.file)
    let environment = HostileRequest.credentials
      .merging(try variables(job, project, comments)) { $1 }
      .merging(["BAO_ADDR": attack.friend.address, "ROLE": "r", "AUDIENCE": "a"]) { $1 }
    for (number, (what, settings)) in attack.settings.prefix(job.count).enumerated() {
      let branch = "evil-\(number)"
      try project.propose(branch, settings: settings)
      let texts = try await apart {
        try project.onRunner(branch, environment) { run in
          try FileManager.default.createDirectory(
            atPath: project.artifacts.path + "/review", withIntermediateDirectories: true)
          if job.isGitHub {
            return try pipeline.gitHub(job: job.name, run).map {
              $0.finished.text + $0.finished.errorText
            }
          }
          let finished = try pipeline.gitLab(job: job.name, run)
          return [finished.text + finished.errorText]
        }
      }
      #expect(attack.listener.heard.isEmpty, "\(what): \(attack.listener.heard)")
      #expect(!FileManager.default.fileExists(atPath: attack.canary), "\(what)")
      #expect(!texts.joined().contains("s3cr3t"), "\(what): \(texts)")
      #expect(texts.joined().contains("vaultctl.yaml"), "\(what): the job got that far: \(texts)")
      try? FileManager.default.removeItem(atPath: project.artifacts.path + "/review")
    }
  }
}
