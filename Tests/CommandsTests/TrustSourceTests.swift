import Commands
import Testing

/// What decides where trust comes from, by GitHub's and GitLab's variables.
@Suite struct TrustSourceTests {
  private static let protectedRef = [
    "GITHUB_REF_PROTECTED": "true", "GITHUB_SHA": "c0ffee", "VAULTCTL_TRUST_DIGEST": "sha256:1",
  ]

  private func source(_ variables: [String: String], option: String? = nil) -> TrustSource {
    TrustSource(option: option, environment: variables)
  }

  @Test func theOptionWinsAndThenTheRequestThenTheProtectedRefThenTheDigest() {
    let request = ["GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"]
      .merging(Self.protectedRef) { $1 }
    #expect(source(request, option: "refs/heads/main") == .revision("refs/heads/main"))
    #expect(source(request) == .targetBranch("main"))
    #expect(source(Self.protectedRef) == .protectedCommit("c0ffee"))
    #expect(
      source(Self.protectedRef.merging(["GITHUB_REF_PROTECTED": "false"]) { $1 })
        == .digest("sha256:1"))
    #expect(source([:]) == .approval)
  }

  @Test(arguments: [
    (["GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_BASE_REF": "main"], "main"),
    (["CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1"], "release/1"),
    (
      [
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_REF_PROTECTED": "true",
        "CI_COMMIT_SHA": "c0ffee", "CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED": "true",
      ], "main"
    ),
  ])
  func aRequestTrustsItsTargetBranch(_ variables: [String: String], _ branch: String) {
    #expect(source(variables) == .targetBranch(branch))
  }

  /// None of these may fall through to the pull request's own commit, which a rule set for all refs
  /// calls protected.
  @Test(arguments: [
    ["GITHUB_EVENT_NAME": "pull_request"],
    ["GITHUB_EVENT_NAME": "pull_request_review", "GITHUB_REF": "refs/pull/7/merge"],
    ["GITHUB_EVENT_NAME": "check_run", "GITHUB_REF": "refs/pull/7/merge"],
    ["CI_PIPELINE_SOURCE": "merge_request_event"],
    [
      "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "evil",
      "CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED": "false",
    ],
  ])
  func aRequestWithoutATrustedTargetTrustsNothing(_ variables: [String: String]) {
    let all = variables.merging(Self.protectedRef) { own, _ in own }
    guard case .none = source(all) else {
      Issue.record("\(source(all))")
      return
    }
  }

  @Test func aProtectedRefOfGitLabIsTrusted() {
    let variables = ["CI_COMMIT_REF_PROTECTED": "true", "CI_COMMIT_SHA": "c0ffee"]
    #expect(source(variables) == .protectedCommit("c0ffee"))
  }

  @Test(arguments: [
    (UInt32(1000), UInt32(1000), nil, true), (0, 1000, nil, true), (1001, 1000, nil, false),
    (1001, 1000, 1001, false), (1000, 0, nil, false), (1000, 0, 1000, true),
  ])
  func aFoundProjectBelongsToTheUserOrRoot(
    _ owner: UInt32, _ user: UInt32, _ caller: UInt32?, _ isAccepted: Bool
  ) {
    #expect(ProjectOwner.accepts(owner: owner, user: user, caller: caller) == isAccepted)
  }
}
