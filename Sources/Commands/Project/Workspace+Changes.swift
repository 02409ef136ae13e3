import Diagnostics
import FileChanges
import Manifests
import Reports

extension Workspace {
  var editor: ManifestEditor { ManifestEditor(contents: contents) }

  /// Writes all files of a command, or none of them.
  ///
  /// Values are sealed for the recipients and the name of the project file, so it must be as it was read.
  func write(_ changes: [FileChange], _ console: Console) throws {
    try files.write(
      changes, given: [FilePremise(Project.fileName, contents.projectFile)], console)
  }
}

extension ProjectFiles {
  func write(
    _ changes: [FileChange], given premises: [FilePremise] = [], _ console: Console
  ) throws {
    do throws(ChangeFault) {
      if console.isDryRun {
        try check(changes, given: premises)
        for change in changes where change.before == nil { console.result(preview(change)) }
      } else {
        let recovery: Recovery? = try write(changes, given: premises)
        console.report(recovery.map { [Diagnostic($0)] } ?? [])
      }
    } catch {
      throw Failure(error)
    }
    console.written(
      FilesReport(
        changes.filter { $0.before != $0.after }.map { ($0.file, $0.action) },
        isDryRun: console.isDryRun))
  }

  /// The first lines of a new file.
  private func preview(_ change: FileChange) -> TerminalText {
    let lines = String(decoding: change.after, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let shown = lines.prefix(Self.previewedLines).map { "  \($0)\n" as TerminalText }.joined()
    let rest = lines.count - Self.previewedLines
    return "\(change.file):\n" + shown + (rest > 0 ? "  … \(rest) more lines\n" : "")
  }

  private static var previewedLines: Int { 40 }

  /// Finishes or takes back what a killed command left, and says so.
  func recover(_ console: Console) throws {
    do throws(ChangeFault) {
      let recovery: Recovery? = try recover()
      console.report(recovery.map { [Diagnostic($0)] } ?? [])
    } catch {
      throw Failure(error)
    }
  }
}

extension FileChange {
  fileprivate var action: FilesReport.Action {
    if removesFile { return .remove }
    return before == nil ? .create : .change
  }
}

extension Subcommand {
  /// Plans a command that asks for nothing again where another program changed a file meanwhile, a few
  /// times; nothing was changed then.
  func againIfMoved(_ work: () async throws -> Outcome) async throws -> Outcome {
    for _ in 0..<4 {
      do {
        return try await work()
      } catch let failure as Failure where failure.isOfMovedFile {
        continue
      }
    }
    return try await work()
  }
}

extension Failure {
  init(_ fault: ChangeFault) {
    self.init(Diagnostic(fault))
    if case .uncleaned = fault { outcome = .partly }
  }
}
