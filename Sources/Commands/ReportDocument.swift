import Diagnostics
import FileChanges
import Reports
import Synchronization

/// The JSON document of a run. It is written at the end, so that all diagnostics are in it.
final class ReportDocument: Sendable {
  private struct Contents {
    var report: JSONReport?
    var files: FilesReport?
    var diagnostics: [Diagnostic] = []
    var isReplaced = false
  }

  private let contents = Mutex(Contents())

  func set(_ report: JSONReport) { contents.withLock { $0.report = report } }

  func add(_ diagnostics: [Diagnostic]) { contents.withLock { $0.diagnostics += diagnostics } }

  func add(_ files: FilesReport) {
    contents.withLock { $0.files = $0.files?.adding(files) ?? files }
  }

  /// The command wrote another document, such as a manifest.
  func replace() { contents.withLock { $0.isReplaced = true } }

  /// `nil` if the command wrote another document.
  var text: MachineText? {
    contents.withLock { contents in
      if contents.isReplaced { return nil }
      return (contents.report ?? contents.files?.json ?? .empty).text(contents.diagnostics)
    }
  }
}
