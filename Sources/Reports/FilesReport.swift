/// The files of a project that a command wrote, or would write.
package struct FilesReport: Sendable {
  package enum Action: String, Hashable, Sendable, Encodable { case create, change, remove }

  private struct File: Encodable {
    let file: String
    let action: Action
  }

  private var files: [File]
  private let isDryRun: Bool

  /// - Parameter files: relative to the project's root.
  package init(_ files: [(file: String, action: Action)], isDryRun: Bool) {
    self.files = files.map { File(file: $0.file, action: $0.action) }
    self.isDryRun = isDryRun
  }

  package func adding(_ other: FilesReport) -> FilesReport {
    var sum = self
    sum.files += other.files
    return sum
  }

  package var json: JSONReport {
    struct Form: Encodable {
      let dry_run: Bool
      let files: [File]
    }
    return JSONReport(Form(dry_run: isDryRun, files: files))
  }
}
