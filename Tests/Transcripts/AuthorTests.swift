import Foundation
import TestSupport
import Testing

/// Records name a person, not a process' user.
@Suite struct AuthorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let environment: [String: String]
    let who: String
    var testDescription: String { who }
  }

  static let cases = [
    Case(
      environment: [
        "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octocat", "GITHUB_RUN_ID": "42",
        "GIT_AUTHOR_NAME": "Runner", "GIT_AUTHOR_EMAIL": "runner@example.com",
      ], who: "octocat (GitHub Actions run 42)"),
    Case(
      environment: ["GITLAB_CI": "true", "GITLAB_USER_LOGIN": "ann", "CI_JOB_ID": "7"],
      who: "ann (GitLab job 7)"),
    Case(environment: ["TF_BUILD": "True"], who: "unknown user (Azure Pipelines)"),
    Case(
      environment: ["GIT_AUTHOR_NAME": "Ann Platform", "GIT_AUTHOR_EMAIL": "ann@example.com"],
      who: "Ann Platform <ann@example.com>"),
    // A service's variable without the service is nobody's.
    Case(environment: ["GITHUB_ACTOR": "octocat"], who: "tester@"),
    Case(
      environment: ["GITLAB_CI": "1", "GITLAB_USER_LOGIN": "a\nb\u{202E}c"], who: "a?b?c (GitLab)"),
  ]

  @Test(arguments: cases) func recordsNameThePerson(_ item: Case) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"], environment: item.environment)
    #expect(applied.status == 0, "\(applied.errorText)")
    let shown = try sandbox.vaultctl(["show", "a"]).text
    #expect(shown.contains(" by \(item.who)"), "\(shown)")
  }

  @Test func gitsSettingsNameThePerson() throws {
    let sandbox = try Sandbox()
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["config", "user.name", "Bob"])
    try sandbox.write(httpManifest("a", token: "t"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    // git would invent the address.
    #expect(try sandbox.vaultctl(["show", "a"]).text.contains(" by tester@"))
    try sandbox.git(["config", "user.email", "bob@example.com"])
    try sandbox.write(httpManifest("b", token: "t"), to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["show", "b"]).text.contains(" by Bob <bob@example.com>"))
  }
}
