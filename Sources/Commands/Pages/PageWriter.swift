import Diagnostics
import FileChanges
import Manifests
import Model
import Reports

/// Writes what a person enters on a served page into the work tree, by what `new`, `set`, `rename` and
/// `delete` use; never into a store.
struct PageWriter: Sendable {
  let global: GlobalOptions
  let console: Console
  /// As the page is read.
  let sources: PlanSources
  private let written = WrittenChanges()

  init(global: GlobalOptions, console: Console, sources: PlanSources) {
    self.global = global
    self.console = console
    self.sources = sources
  }

  /// The changed files, and the plans that they make.
  func preview(_ planned: PlannedChange) async throws -> PageChange {
    let after = try validated(planned)
    let shown = planned.changes.map { change in
      (change.file, change.before, change.result)
    }
    var change = await self.change(shown, in: after, title: planned.title)
    let (plans, faults) = await ChangePreview(global: global, console: console, sources: sources)
      .plans(planned, after: after)
    change.plans = plans
    change.faults = faults.map(DiagnosticForm.init)
    return change
  }

  /// Writes all files, or none.
  ///
  /// - Returns: all that was written from the page and is not committed.
  func write(_ planned: PlannedChange, for connection: String) async throws -> PageChange {
    let after = try validated(planned)
    try planned.workspace.write(planned.changes, console)
    written.add(
      WrittenChanges.Entry(
        connection: connection, title: planned.title,
        files: Dictionary(planned.changes.map { ($0.file, $0.before) }) { $1 }))
    return try await uncommitted(in: after)
  }

  /// All that was written from the page and is not committed, beside the last commit; in a folder that
  /// is not in git, or if git fails, beside what was there before.
  ///
  /// - Parameter present: the project as it is; `nil`: it is read.
  func uncommitted(in present: Workspace? = nil) async throws -> PageChange {
    let workspace = try present ?? Workspace.load(global, acceptsAll: true)
    let entries = written.all
    var before: [String: [UInt8]?] = [:]
    for entry in entries { before.merge(entry.files) { first, _ in first } }
    let files = before.keys.sorted()
    let committed = try? CommittedFiles(workspace.files.root).contents(of: files)
    let shown = files.map { file in
      let old: [UInt8]? = if let committed { committed[file] } else { before[file] ?? nil }
      let now = try? workspace.files.read(file, limit: FileLimit.manifest)
      return (file, old, now)
    }.filter { $1 != $2 }
    return await change(shown, in: workspace, title: Self.title(of: entries))
  }

  /// Commits what was written from the page.
  ///
  /// - Parameter message: `nil`: the titles of the changes.
  /// - Throws: if one of the files has an error, such as a secret of another connection that waits for
  ///   `encrypt`: the whole file is committed, and no hook looks at it.
  func commit(on branch: String, message: String?) throws -> BranchCommit.Made {
    let entries = written.all
    let files = Set(entries.flatMap(\.files.keys)).sorted()
    if files.isEmpty { throw Failure(.nothingToCommit) }
    let workspace = try Workspace.load(global, acceptsAll: true)
    try workspace.requireAllFiles()
    try workspace.requireReadable(
      workspace.contents.manifests.filter { files.contains($0.file) }, { _ in true })
    let made = try BranchCommit(workspace.files.root)
      .commit(files, on: branch, message: message ?? Self.title(of: entries))
    written.remove(first: entries.count)
    return made
  }

  /// - Returns: the project as it would be.
  /// - Throws: what would be wrong with it, and is not yet.
  private func validated(_ planned: PlannedChange) throws -> Workspace {
    let workspace = planned.workspace
    try workspace.requireAllFiles()
    let after = try workspace.applying(planned.changes, global)
    func errors(_ workspace: Workspace) -> [(print: String, fault: Diagnostic)] {
      var prints = Fingerprints()
      return workspace.contents.allDiagnostics.filter { $0.severity == .error }
        .map { (prints.next($0), $0) }
    }
    let present = Set(errors(workspace).map(\.print))
    let new = errors(after).filter { !present.contains($0.print) }.map(\.fault)
    if !new.isEmpty { throw Failure(new, sources: after.sources) }
    return after
  }

  private func change(
    _ files: [(file: String, before: [UInt8]?, after: [UInt8]?)], in workspace: Workspace,
    title: String
  ) async -> PageChange {
    let ids = files.flatMap { [$0.before, $0.after] }.compactMap(\.self).reduce(
      into: Set<String>()
    ) { $0.formUnion(SealedSummary(String(decoding: $1, as: UTF8.self)).keyIDs) }
    let openPGP = Keyring.standard(workspace.project, console: console).openPGP
    let owners =
      ids.isEmpty
      ? [:]
      : await KeyDirectory(openPGP, ids: ids, of: workspace.files, trustRef: workspace.trustRef)
        .owners(of: ids)
    func text(_ bytes: [UInt8]?, _ file: String) -> String? {
      bytes.map { ShownManifest($0, file, workspace, owners: owners).text }
    }
    let shown = files.map { file, before, after in
      (file: file, before: text(before, file), after: text(after, file))
    }
    let names = files.map { shellWord($0.file) }.joined(separator: " ")
    return PageChange(
      files: shown.map { PageChange.File(file: $0.file, text: $0.after) },
      diff: shown.map { TextDiff($0.file, from: $0.before, to: $0.after).text }.joined(),
      commands: files.isEmpty
        ? [] : ["git add -- \(names)", "git commit -m \(shellWord(title)) -- \(names)"])
  }

  private static func title(of entries: [WrittenChanges.Entry]) -> String {
    var names: [String] = []
    for entry in entries where !names.contains(entry.connection) { names.append(entry.connection) }
    // Of one connection, the first change is what it is about: it was added, and its secrets set.
    if names.count < 2 { return entries.first?.title ?? "" }
    let rest = names.count > 3 ? " and \(names.count - 3) others" : ""
    return "Change \(names.prefix(3).joined(separator: ", "))\(rest)"
  }
}
