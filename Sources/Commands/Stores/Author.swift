import Foundation
import GitPlumbing
import Synchronization

/// The person who runs a command, for records, histories, logs and locks.
final class Author: Sendable {
  private let root: String
  private let environment: [String: String]
  private let known = Mutex<String?>(nil)

  /// - Parameter root: the project's folder, whose git settings may name the person.
  init(root: String, environment: [String: String]) {
    self.root = root
    self.environment = environment
  }

  /// The first of: who started the pipeline, with its run; git's author; the user on this machine.
  ///
  /// `octocat (GitHub Actions run 42)`, `Ann <ann@example.com>`, `ann@laptop`. It is on one line, and is a
  /// claim: a person who can run this can say another name.
  var name: String {
    known.withLock { known in
      if let known { return known }
      let name = Self.onOneLine(actor ?? gitAuthor ?? "\(HostIdentity.user)@\(HostIdentity.host)")
      known = name
      return name
    }
  }

  private struct Service {
    let name: String
    /// The variable that every job of the service has.
    let flag: String
    let actor: String
    /// The variable with the number of the run, and what the service calls it.
    let run: String
    let word: String
  }

  /// From the services' lists of predefined variables.
  private static let services = [
    Service(
      name: "GitHub Actions", flag: "GITHUB_ACTIONS", actor: "GITHUB_ACTOR", run: "GITHUB_RUN_ID",
      word: "run"),
    Service(
      name: "GitLab", flag: "GITLAB_CI", actor: "GITLAB_USER_LOGIN", run: "CI_JOB_ID", word: "job"),
    Service(
      name: "CircleCI", flag: "CIRCLECI", actor: "CIRCLE_USERNAME", run: "CIRCLE_BUILD_NUM",
      word: "build"),
    Service(
      name: "Azure Pipelines", flag: "TF_BUILD", actor: "BUILD_REQUESTEDFOR", run: "BUILD_BUILDID",
      word: "build"),
    Service(
      name: "Buildkite", flag: "BUILDKITE", actor: "BUILDKITE_BUILD_CREATOR",
      run: "BUILDKITE_BUILD_NUMBER", word: "build"),
  ]

  private var actor: String? {
    let given = environment.nonEmpty
    guard let service = Self.services.first(where: { given($0.flag) != nil }) else { return nil }
    let run = given(service.run).map { " \(service.word) \($0)" } ?? ""
    return "\(given(service.actor) ?? "unknown user") (\(service.name)\(run))"
  }

  /// Only a name and an address that a person configured; git would invent others.
  private var gitAuthor: String? {
    let text = try? Git(folder: root).line(
      ["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"])
    // `Ann <ann@example.com> 1700000000 +0100`.
    guard let text, let end = text.lastIndex(of: ">") else { return nil }
    return String(text[...end])
  }

  private static let maxLength = 200

  private static func onOneLine(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        || scalar.properties.isWhitespace && scalar != " " ? "?" : Character(scalar)
    }
    return String(String(scalars).prefix(maxLength))
  }
}
