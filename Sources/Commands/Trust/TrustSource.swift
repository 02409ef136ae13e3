/// Where trust in the project file comes from, as the options and variables of a run say.
package enum TrustSource: Hashable, Sendable {
  /// A full ref or commit id that the user names.
  case revision(String)
  /// The branch that a pull or merge request is for.
  case targetBranch(String)
  /// The commit of a protected ref.
  case protectedCommit(String)
  /// The digest in `VAULTCTL_TRUST_DIGEST`.
  case digest(String)
  /// What the user approved on this machine.
  case approval
  /// A pipeline of a pull or merge request that does not name a branch to trust.
  case none(reason: String)

  package static let digestVariable = "VAULTCTL_TRUST_DIGEST"

  /// The first that applies of: the option, the target branch, the protected ref, the digest. The
  /// order matters: a pull request's pipeline must not trust its own commit, whatever else is set.
  ///
  /// - Parameter option: `--trust-ref`.
  package init(option: String?, environment: [String: String]) {
    let given = environment.nonEmpty
    if let option {
      self = .revision(option)
    } else if let request = Self.gitHubRequest(given) ?? Self.gitLabRequest(given) {
      self = request
    } else if given("GITHUB_REF_PROTECTED") == "true", let commit = given("GITHUB_SHA") {
      self = .protectedCommit(commit)
    } else if given("CI_COMMIT_REF_PROTECTED") == "true", let commit = given("CI_COMMIT_SHA") {
      self = .protectedCommit(commit)
    } else if let digest = given(Self.digestVariable) {
      self = .digest(digest)
    } else {
      self = .approval
    }
  }

  /// GitHub Actions, "Default environment variables". Other events of a pull request have its ref and
  /// no target branch, and a rule set for all refs protects that ref, too.
  private static func gitHubRequest(_ variable: (String) -> String?) -> TrustSource? {
    let isRequest =
      variable("GITHUB_EVENT_NAME")?.hasPrefix("pull_request") ?? false
      || variable("GITHUB_REF")?.hasPrefix("refs/pull/") ?? false
    guard isRequest else { return nil }
    return variable("GITHUB_BASE_REF").map { .targetBranch($0) }
      ?? .none(reason: "GITHUB_BASE_REF does not name the pull request's target branch")
  }

  /// GitLab CI/CD, "Predefined variables". Anybody may push to a target branch that is not protected.
  private static func gitLabRequest(_ variable: (String) -> String?) -> TrustSource? {
    let target = variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    guard target != nil || variable("CI_PIPELINE_SOURCE") == "merge_request_event" else {
      return nil
    }
    guard let target else {
      return .none(
        reason: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME does not name the target branch")
    }
    if variable("CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED") == "false" {
      return .none(reason: "the target branch `\(target)` is not protected")
    }
    return .targetBranch(target)
  }
}
