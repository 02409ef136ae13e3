import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP

/// A project on disk, as one environment sees it.
struct Workspace: Sendable {
  let files: ProjectFiles
  let contents: ProjectContents
  /// The chosen environment's; the base's if none was chosen.
  let state: DesiredState
  /// Whether the project's store may be opened and its services called.
  let trust: ProjectTrust
  /// `--trust-ref`.
  let trustRef: String?

  var project: Project { contents.project }
  var environment: Environment? { state.environment }
  /// What messages of a run about this environment propose commands for; `nil` for the base.
  var scope: EnvironmentScope? {
    environment.map { EnvironmentScope($0.name, overlay: $0.overlay.text) }
  }
  var sources: [String: RedactedSource] { contents.sources }
  var catalog: Catalog { project.catalog }

  var diagnostics: [Diagnostic] { contents.diagnostics + state.diagnostics }

  /// The files that commands on manifests work on: the chosen environment's and the base's; all of
  /// them if none was chosen.
  var manifests: [Manifest] { environment == nil ? contents.manifests : state.manifests }

  /// New messages may share a session key with those that the project has.
  var presentSessionKeys: SessionKeyChoice {
    .present(
      contents.manifests.flatMap { $0.documents.flatMap { $0.slots.compactMap(\.sealed) } })
  }

  /// Reads everything.
  ///
  /// - Throws: if there is no project, its file has errors, or it has no such environment.
  /// - Parameter acceptsAll: whether `--env all` is accepted; it chooses no environment.
  static func load(_ global: GlobalOptions, acceptsAll: Bool = false) throws -> Workspace {
    let isAll = acceptsAll && global.namesAllEnvironments
    return try load(global, environment: isAll ? nil : global.environment)
  }

  /// As above, whatever environment the options choose.
  static func load(_ global: GlobalOptions, environment name: String?) throws -> Workspace {
    let files = ProjectFiles(root: try ProjectRoot.entered(global))
    let resolver = trust(global, files)
    let contents = try ProjectReader.contents(of: files, trusting: resolver.projectFile)
    let environment = try name.map { name in
      guard let found = contents.project.environment(named: name) else {
        throw Failure(.unknownEnvironment(name, contents.project))
      }
      return found
    }
    let workspace = Workspace(
      files: files, contents: contents, state: contents.state(of: environment),
      trust: try resolver.trust(in: contents.settings), trustRef: global.trustRef)
    LeakedAtExit.keep(workspace)
    return workspace
  }

  static func trust(_ global: GlobalOptions, _ files: ProjectFiles) -> TrustResolver {
    TrustResolver(
      root: files.root, option: global.trustRef,
      environment: ProcessInfo.processInfo.environment)
  }

  /// The folder for new manifests: the chosen environment's overlay, else the project's first
  /// folder.
  var folderOfNew: String {
    environment?.overlay.text
      ?? project.manifests.map(\.text).first { !ProjectReader.isYAML($0) } ?? "connections"
  }

  func choosing(_ environment: Environment) -> Workspace {
    Workspace(
      files: files, contents: contents, state: contents.state(of: environment), trust: trust,
      trustRef: trustRef)
  }

  /// As no environment sees it: the base's.
  var withoutEnvironment: Workspace {
    Workspace(
      files: files, contents: contents, state: contents.state(of: nil), trust: trust,
      trustRef: trustRef)
  }

  /// The same workspace under another name of the project.
  func renamed(to name: String) -> Workspace {
    let renamed = contents.renamed(to: name)
    return Workspace(
      files: files, contents: renamed, state: renamed.state(of: environment), trust: trust,
      trustRef: trustRef)
  }

  /// Before anything of the project file runs, or a credential goes where it says.
  ///
  /// - Throws: if nobody trusts its settings.
  func requireTrust() throws {
    switch trust {
    case .granted: break
    case .refused(let fault): throw Failure([fault] + contents.untrusted, sources: sources)
    }
  }

  /// Keeps the user's approval of the project file, which this command just gave another id or name.
  ///
  /// - Parameter settings: those before.
  func keepApproval(of settings: SettingsTree) throws {
    try TrustRecords(root: files.root, environment: ProcessInfo.processInfo.environment)
      .follow(from: settings, to: contents.settings)
  }

  /// - Throws: all diagnostics, if one of them is an error.
  func requireNoErrors() throws {
    if diagnostics.hasErrors { throw Failure(diagnostics, sources: sources) }
  }

  /// The documents that declare a connection, at least one: the chosen environment's, then the base's.
  ///
  /// - Throws: if there is none, or if the chosen environment may have one that cannot be read: the base's
  ///   values are not those of the environment.
  func documents(
    _ name: String
  ) throws -> [LocatedDocument] {
    if let known = ConnectionName(name) {
      let layers = (environment.map { [$0.name] } ?? []) + [nil]
      let found = layers.compactMap { state.document(known, in: $0) }
      if let environment, let top = found.first, top.manifest.environment == nil {
        try requireFiles(of: environment)
        // Under a previous name, an error of its own says what to do.
        let former = Set(top.document.formerNames)
        try requireReadable(
          contents.manifests.filter { manifest in
            manifest.environment == environment.name
              && (manifest.mayHide(name)
                || manifest.documents.contains { former.contains($0.name) })
          })
      }
      if !found.isEmpty { return found }
    }
    let elsewhere = contents.project.environments.map(\.name).filter { environment in
      contents.manifests.contains { manifest in
        manifest.environment == environment
          && manifest.documents.contains { $0.name.rawValue == name }
      }
    }
    if let first = elsewhere.first {
      let list = elsewhere.map { "`\($0)`" }.joined(separator: ", ")
      throw Failure(
        Diagnostic(
          .connectionNotFound, "`\(name)` is declared only in environment \(list)",
          notes: environment.map { ["the chosen environment is `\($0.name)`"] } ?? [],
          help: ["choose it: --env \(first)"]))
    }
    let names = state.manifests.flatMap(\.documents).map(\.name.rawValue)
    let near = nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
    // It may be in one of these, and a scaffolded one would declare it twice.
    let unread = contents.manifests.filter { $0.mayHide(name) }
    let files = Set(unread.map(\.file)).sorted().map { "`\($0)`" }.joined(separator: ", ")
    let scaffold = "scaffold one: vaultctl new NAME --app APP"
    throw Failure(
      [
        Diagnostic(
          .connectionNotFound, "no manifest declares a connection `\(name)`",
          notes: unread.isEmpty ? [] : ["it may be in \(files), which cannot be read"],
          help: [near ?? (unread.isEmpty ? scaffold : "fix the errors, then try again")])
      ] + unread.flatMap(\.diagnostics).filter { $0.severity == .error }, sources: sources)
  }
}

extension [Workspace] {
  /// Of all of them, each once, in reading order.
  var diagnostics: [Diagnostic] {
    Set(flatMap(\.diagnostics)).sorted(by: Diagnostic.inReadingOrder)
  }
}
