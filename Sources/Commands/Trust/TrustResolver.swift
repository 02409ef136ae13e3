import Diagnostics
import Foundation
import Manifests

/// Finds out whether a project file may be acted on.
struct TrustResolver: Sendable {
  private let root: String
  private let anchor: Anchor
  private let environment: [String: String]

  /// What a project file is compared with.
  private enum Anchor: Sendable {
    case commit(TrustedCommit, TrustedProjectFile?)
    case digest(String)
    case approval
    /// Nothing is trusted, whatever the project file says.
    case missing(Diagnostic)
  }

  /// - Parameters:
  ///   - root: the project's folder.
  ///   - option: `--trust-ref`.
  init(root: String, option: String?, environment: [String: String]) {
    self.root = root
    self.environment = environment
    anchor = Self.anchor(TrustSource(option: option, environment: environment), root: root)
  }

  private static func anchor(_ source: TrustSource, root: String) -> Anchor {
    func commit(_ revision: TrustedCommit.Revision) -> Anchor {
      do throws(Diagnostic) {
        let commit = try TrustedCommit(revision, root: root)
        guard let bytes = try commit.file(Project.fileName) else { return .commit(commit, nil) }
        return .commit(commit, try TrustedProjectFile(bytes, origin: commit.origin))
      } catch {
        return .missing(error)
      }
    }
    switch source {
    case .revision(let name): return commit(name.hasPrefix("refs/") ? .ref(name) : .commit(name))
    case .targetBranch(let branch): return commit(.targetBranch(branch))
    case .protectedCommit(let id): return commit(.commit(id))
    case .digest(let digest): return .digest(digest)
    case .approval: return .approval
    case .none(let reason): return .missing(.noTarget(reason))
    }
  }

  /// The file whose settings win over those of the work tree; `nil` if trust is not from git.
  var projectFile: TrustedProjectFile? {
    switch anchor {
    case .commit(_, let file): file
    case .digest, .approval, .missing: nil
    }
  }

  /// Whether a store may be opened and a service called.
  ///
  /// - Parameter settings: the work tree's.
  func trust(in settings: SettingsTree) throws -> ProjectTrust {
    switch anchor {
    case .missing(let fault): return .refused(fault)
    case .commit(let commit, let file?):
      return try trust(in: commit, file)
    case .commit(let commit, nil):
      return settings.needingTrust.isEmpty
        ? .granted : .refused(.noTrustedFile(commit.origin))
    case .digest(let digest):
      let own = try CommandFiles(root: root).digest(of: settings)
      return own == digest.trimmingCharacters(in: .whitespaces)
        ? .granted : .refused(.otherDigest(own))
    case .approval:
      return settings.needingTrust.isEmpty ? .granted : try approval(of: settings)
    }
  }

  /// The settings are the commit's; the files that they run must be, too.
  private func trust(
    in commit: TrustedCommit, _ file: TrustedProjectFile
  ) throws -> ProjectTrust {
    let files = CommandFiles(root: root)
    for path in files.paths(in: file.settings) {
      guard try commit.file(path) == files.bytes(path) else {
        return .refused(.otherCommandFile(path, origin: commit.origin))
      }
    }
    return .granted
  }

  private func approval(of settings: SettingsTree) throws -> ProjectTrust {
    let records = TrustRecords(root: root, environment: environment)
    guard let record = try records.record(of: settings) else {
      return .refused(.trustNeeded(settings))
    }
    let digest = try CommandFiles(root: root).digest(of: settings)
    return record.digest == digest
      ? .granted : .refused(.changed(record.changes(to: settings)))
  }
}

extension Diagnostic {
  fileprivate static func noTarget(_ reason: String) -> Diagnostic {
    Diagnostic(
      .trustedFileMissing, "this pipeline does not say which branch is trusted",
      notes: [reason], help: ["name it: --trust-ref refs/remotes/origin/main"])
  }

  fileprivate static func noTrustedFile(_ origin: String) -> Diagnostic {
    Diagnostic(
      .trustedFileMissing, "the trusted revision has no \(Project.fileName)",
      notes: [
        "trusted: \(origin)", "so nothing says yet where credentials of this project may go",
      ], help: ["merge the project file first, or check this branch with: vaultctl validate"])
  }

  private static var digestHelp: String {
    "set \(TrustSource.digestVariable) to what `vaultctl trust --digest` prints for a file that you reviewed"
  }

  fileprivate static func trustNeeded(_ settings: SettingsTree) -> Diagnostic {
    let shown = settings.needingTrust.prefix(20)
    let left = settings.needingTrust.count - shown.count
    return Diagnostic(
      .trustNeeded, "\(Project.fileName) has settings that need trust, and nobody trusts them yet",
      at: .file(Project.fileName),
      notes: shown.map { "`\($0.path.text)`: \($0.value.text)" }
        + (left > 0 ? ["and \(left) more"] : []),
      help: [
        "on your own machine, review and approve them: vaultctl trust",
        "in a pipeline, name a revision that is trusted: --trust-ref refs/remotes/origin/main",
        "or \(digestHelp)",
      ])
  }

  fileprivate static func otherDigest(_ own: String) -> Diagnostic {
    Diagnostic(
      .trustDiffers,
      "the settings of \(Project.fileName) are not those that \(TrustSource.digestVariable) names",
      at: .file(Project.fileName), notes: ["their digest is \(own)"],
      help: ["if you reviewed them, \(digestHelp)"])
  }

  fileprivate static func changed(_ changes: [String]) -> Diagnostic {
    Diagnostic(
      .trustDiffers, "settings of \(Project.fileName) changed since you approved them",
      at: .file(Project.fileName),
      notes: changes.isEmpty ? ["a file that they run changed"] : changes,
      help: ["review and approve them: vaultctl trust"])
  }

  fileprivate static func otherCommandFile(_ path: String, origin: String) -> Diagnostic {
    Diagnostic(
      .trustedCommandDiffers, "`\(path)`, which a trusted setting runs, is not the trusted file",
      at: .file(path), notes: ["trusted: \(origin)", "it was not run"],
      help: ["keep what `credentialsCommand` runs outside of the repository"])
  }
}
