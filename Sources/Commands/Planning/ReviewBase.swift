import Diagnostics
import Foundation
import GitPlumbing
import Manifests
import Reports

/// The commit that a change is reviewed against.
struct ReviewBase: Sendable {
  let commit: PlanReview.Commit
  let files: GitSnapshot
  /// `nil` if the project did not exist then.
  let contents: ProjectContents?

  /// The commit that the user names; else the trusted revision, which is what a pull request is for.
  ///
  /// A change is compared with what it branched off from, if this clone has that.
  ///
  /// - Parameters:
  ///   - option: `--base`.
  ///   - trustRef: `--trust-ref`.
  ///   - root: the project's folder.
  /// - Throws: if the user's commit cannot be read.
  static func state(option: String?, trustRef: String?, root: String) throws -> ReviewBaseState {
    let git = Git(folder: root)
    if let option {
      return .base(try ReviewBase(git, at: try git.commit(option), name: option))
    }
    do {
      guard let trusted = try Self.trusted(trustRef, root) else { return .none }
      let name = trusted.origin.hasPrefix("refs/") ? trusted.origin : nil
      return .base(try ReviewBase(git, at: trusted.commit, name: name))
    } catch {
      return .unreadable(Failure(error, outcome: .failed))
    }
  }

  /// The files of the trusted revision, or of what a pull request branched off from.
  static func files(trustRef: String?, root: String) -> KeyDirectory.Base {
    do {
      guard let trusted = try Self.trusted(trustRef, root) else { return .none }
      return .files(try snapshot(Git(folder: root), before: trusted.commit).files)
    } catch {
      return .unreadable
    }
  }

  /// `nil` if the run has no trusted revision.
  private static func trusted(
    _ trustRef: String?, _ root: String
  ) throws(Diagnostic) -> TrustedCommit? {
    let revision: TrustedCommit.Revision
    switch TrustSource(option: trustRef, environment: ProcessInfo.processInfo.environment) {
    case .revision(let name): revision = name.hasPrefix("refs/") ? .ref(name) : .commit(name)
    case .targetBranch(let branch): revision = .targetBranch(branch)
    case .protectedCommit, .digest, .approval, .none: return nil
    }
    return try TrustedCommit(revision, root: root)
  }

  /// A change is compared with what it branched off from, if this clone has that.
  private static func snapshot(
    _ git: Git, before commit: String
  ) throws -> (files: GitSnapshot, start: String) {
    let start = (try? git.line(["merge-base", commit, "HEAD"])) ?? commit
    return (try GitSnapshot(git, commit: start, folder: try git.workTree().folder), start)
  }

  private init(_ git: Git, at commit: String, name: String?) throws {
    let (files, start) = try Self.snapshot(git, before: commit)
    self.commit = PlanReview.Commit(name: name.map(Self.short), id: start)
    self.files = files
    let hadProject = files.entries(at: Project.fileName).map(\.kind) == [.file]
    contents = hadProject ? try ProjectReader.contents(of: files) : nil
  }

  /// `refs/remotes/origin/main` as people write it: `origin/main`.
  private static func short(_ name: String) -> String {
    for prefix in ["refs/heads/", "refs/remotes/"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }
}
