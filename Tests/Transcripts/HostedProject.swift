import Foundation
import TestSupport
import Testing

/// A project on a code host: an origin that keeps everything, and a fresh clone for each job, as hosted
/// runners have. What jobs hand on is in `artifacts`.
struct HostedProject: Sendable {
  /// What its author works in.
  let sandbox: Sandbox
  let artifacts: TemporaryFolder
  private let server: TemporaryFolder
  var origin: String { server.path + "/acme.git" }

  /// The branch `main` has one connection, which is not applied yet.
  ///
  /// - Parameter store: as the project file says it.
  init(store: String) throws {
    sandbox = try Sandbox()
    artifacts = try TemporaryFolder()
    server = try TemporaryFolder()
    try sandbox.writeProject(extra: "store: \(store)")
    try sandbox.write(httpManifest("api", token: "first"), to: "connections/api.yaml")
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.write(
      sandbox.home.gpg(["--armor", "--export", sandbox.key]).text, to: "keys/ann.asc")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let origin = server.path + "/acme.git"
    #expect(
      try run("/usr/bin/git", ["init", "--quiet", "--bare", "--initial-branch=main", origin])
        .status == 0)
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    try sandbox.git(["remote", "add", "origin", origin])
    try push("main")
  }

  private func push(_ branch: String) throws {
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "it"]).status == 0)
    #expect(try sandbox.git(["push", "--quiet", "origin", branch]).status == 0)
  }

  /// A branch that rotates the secret, and brings along what an attacker would.
  func change(_ branch: String) throws {
    try sandbox.git(["checkout", "--quiet", "-b", branch])
    #expect(try sandbox.vaultctl(["set", "api", "token"], input: "second").status == 0)
    try push(branch)
  }

  /// A branch of which the author chooses the project file.
  ///
  /// - Parameter settings: of the project file.
  func propose(_ branch: String, settings: String) throws {
    try sandbox.git(["checkout", "--quiet", "-B", branch, "main"])
    try sandbox.writeProject(extra: settings)
    try push(branch)
    try sandbox.git(["checkout", "--quiet", "main"])
  }

  func merge(_ branch: String) throws {
    try sandbox.git(["checkout", "--quiet", "main"])
    try sandbox.git(["merge", "--quiet", branch])
    #expect(try sandbox.git(["push", "--quiet", "origin", "main"]).status == 0)
  }

  func head(_ branch: String) throws -> String {
    try sandbox.git(["rev-parse", branch]).text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A copy of the repository of another user, which has the branches and not the ledger.
  func fork() throws -> String {
    let fork = server.path + "/fork.git"
    #expect(try run("/usr/bin/git", ["clone", "--quiet", "--bare", origin, fork]).status == 0)
    return fork
  }

  /// The private key that may open the secrets.
  func secretKey() throws -> String {
    try sandbox.home.gpg([
      "--pinentry-mode", "loopback", "--passphrase", "", "--armor", "--export-secret-keys",
      sandbox.key,
    ]).text
  }

  /// Work of one job, in a clone and a home of its own, which are thrown away.
  func onRunner<R>(
    _ branch: String, from remote: String? = nil, _ variables: [String: String],
    _ job: (Pipeline.Run) throws -> R
  ) throws -> R {
    let runner = try TemporaryFolder()
    let work = runner.path + "/work"
    let cloned = try run(
      "/usr/bin/git", ["clone", "--quiet", "--branch", branch, remote ?? origin, work])
    #expect(cloned.status == 0, "\(cloned.errorText)")
    for name in try FileManager.default.contentsOfDirectory(atPath: artifacts.path) {
      try? FileManager.default.copyItem(
        atPath: artifacts.path + "/" + name, toPath: work + "/" + name)
    }
    let environment = [
      "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "HOME": runner.path, "USER": "runner",
      "GNUPGHOME": runner.path + "/gnupg", "RUNNER_TEMP": artifacts.path,
    ].merging(variables) { $1 }
    let result = try job(Pipeline.Run(folder: work, environment: environment))
    let home = runner.path + "/gnupg"
    _ = try? run("/usr/bin/gpgconf", ["--homedir", home, "--kill", "all"])
    return result
  }

  /// Keeps a file of a job for the jobs that follow.
  func keep(_ name: String, of run: Pipeline.Run) throws {
    let target = artifacts.path + "/" + name
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.copyItem(atPath: run.folder + "/" + name, toPath: target)
  }

  func ledgerCommits() throws -> Int {
    let refs = try run(
      "/usr/bin/git", ["-C", origin, "for-each-ref", "--format=%(refname)", "refs/vaultctl"]
    ).text.split(separator: "\n").map(String.init)
    guard let ref = refs.first else { return 0 }
    return Int(
      try run("/usr/bin/git", ["-C", origin, "rev-list", "--count", ref]).text
        .trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }
}
