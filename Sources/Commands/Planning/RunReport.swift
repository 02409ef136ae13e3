import Diagnostics
import Foundation
import Manifests
import Reports

/// Reports what a run found to the CI service that runs the job.
struct RunReport {
  let name: String
  /// The project's folder.
  let root: String
  /// All manifests that were read.
  let files: [String]
  let diagnostics: [Diagnostic]

  init(name: String, root: String, files: [String], diagnostics: [Diagnostic]) {
    self.name = name
    self.root = root
    self.files = files
    self.diagnostics = diagnostics
  }

  var sarif: MachineText {
    SARIF.text(
      sorted, version: Program.version, folder: folder, projectFile: Project.fileName)
  }

  var codeQuality: MachineText {
    CodeQuality.text(sorted, folder: folder, projectFile: Project.fileName)
  }

  var junit: MachineText {
    JUnit.text(sorted, suite: name, files: files, projectFile: Project.fileName)
  }

  /// The findings as another service reads them; `nil` for a format that shows more than findings.
  func text(_ format: ReportFormat) -> MachineText? {
    switch format {
    case .sarif: sarif
    case .codeQuality: codeQuality
    case .junit: junit
    case .text, .json, .markdown: nil
    }
  }

  /// The workspace; if its project file has errors, they are reported to the service first.
  static func loading(
    _ global: GlobalOptions, name: String, _ format: ReportFormat, _ console: Console
  ) throws -> Workspace {
    do {
      return try Workspace.load(global, acceptsAll: true)
    } catch let failure as Failure {
      let root = (try? ProjectRoot.find(global.project)) ?? FileManager.default.currentDirectoryPath
      let report = RunReport(name: name, root: root, files: [], diagnostics: failure.diagnostics)
      report.text(format).map { console.result($0) }
      report.annotate(console)
      throw failure
    }
  }

  /// Whether the run's summary is shown on the page of a step.
  static var hasSummary: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTIONS"] == "true" && environment["GITHUB_STEP_SUMMARY"] != nil
  }

  /// On GitHub Actions: annotations at the lines, and the plan on the step's page.
  func annotate(_ console: Console, summary: @autoclosure () -> MachineText? = nil) {
    let environment = ProcessInfo.processInfo.environment
    guard environment["GITHUB_ACTIONS"] == "true" else { return }
    // Workflow commands are read on both streams; stdout is the result's.
    console.annotate(GitHubAnnotations.text(sorted, folder: folder))
    guard let path = environment["GITHUB_STEP_SUMMARY"], let summary = summary(),
      let file = FileHandle(forWritingAtPath: path)
    else { return }
    defer { try? file.close() }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data((summary.text + "\n").utf8))
  }

  private var sorted: [Diagnostic] { diagnostics.sorted(by: Diagnostic.inReadingOrder) }

  /// The project's folder as the repository's services name it, with a `/` at its end.
  private var folder: String {
    guard let repository = GitHead.repository(above: root), root != repository else { return "" }
    return root.dropFirst(repository == "/" ? 1 : repository.count + 1) + "/"
  }
}
