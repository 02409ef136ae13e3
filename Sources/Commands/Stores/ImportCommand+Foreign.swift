import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports

extension ImportCommand {
  /// 1. The sources are read, and manifests are written, or shown.
  /// 2. Connections of the project's own tenant are recorded.
  /// 3. What still has to be done in the other tool is shown.
  func importForeign(
    _ format: ForeignFormat, _ console: Console
  ) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let source = ForeignSource(
      format: format,
      keywords: try keywords.map {
        Keywords(
          try ImportedData(file: $0, NamedFile($0, limit: FileLimit.foreign).bytes()))
      } ?? Keywords(),
      sops: SOPSOpener(
        keyring: .standard(workspace.project, console: console), ignoresMAC: ignoresMAC))
    let importer = ForeignImporter(
      workspace: workspace, source: source, mapping: try mapping(for: format), console: console)
    let batch = try await importer.batch(names)
    console.report(batch.cautions + batch.report)
    if batch.drafts.isEmpty { throw Failure(.nothingToImport(names, format)) }
    if isDryRun {
      for (file, text) in importer.preview(batch.drafts) {
        console.written(FilesReport([(file, .create)], isDryRun: true))
        console.result("Would create \(file):\n")
        console.result("\(TerminalText(lines: text))\n")
      }
      return batch.isWhole ? .fine : .partly
    }
    let files = try await importer.write(batch.drafts)
    for file in files { console.done("Created \(file)") }
    var outcome = batch.isWhole ? Outcome.fine : .partly
    guard format == .terraform else { return outcome }
    guard TerraformRecorder.applies(to: workspace) else {
      console.note(TerraformRelease.kept(batch.terraformInstances))
      return outcome
    }
    let recorded = await TerraformRecorder(global: global, console: console).record(
      batch.drafts, Dictionary(zip(batch.drafts.map(\.name), files)) { first, _ in first })
    if recorded.count != batch.drafts.count { outcome = .partly }
    console.note(batch.terraformRelease(recorded: recorded).text)
    return outcome
  }

  /// `nil` if none is given.
  private func mapping(for format: ForeignFormat) throws -> ForeignMapping? {
    if map.isEmpty { return nil }
    let wildcards = map.compactMap { WildcardMapping($0, for: format) }
    if wildcards.count == map.count { return .wildcards(wildcards) }
    guard map.count == 1, let file = map.first, !file.contains("=") else {
      throw ValidationError(
        "--map takes one YAML file, or paths with one `*`: services.*.token=http.token")
    }
    return .file(try ConnectionMapping(file: file, for: format))
  }
}

extension ForeignFormat: ExpressibleByArgument {}

extension ConnectionMapping {
  /// - Throws: if the file is not a mapping.
  fileprivate init(file: String, for format: ForeignFormat) throws {
    let data = try ImportedData(file: file, NamedFile(file, limit: FileLimit.foreign).bytes())
    do throws(Fault) {
      try self.init(data, for: format)
    } catch {
      let what =
        switch error {
        case .noConnections: "it has no list `connections`"
        case .incomplete(let number): "connection \(number) has no `name`, `app` or `fields`"
        case .unknownKey(let key, let number): "connection \(number) has an unknown key `\(key)`"
        case .notText(let key, let number): "`\(key)` of connection \(number) is not a text"
        }
      throw Failure(
        Diagnostic(
          .unreadableFile, "`\(file)` is not a mapping: \(what)", at: .file(file),
          help: [
            "for example: connections: [{name: crm, app: http, type: bearer, fields: {token: CRM_TOKEN}}]"
          ]))
    }
  }
}

extension Diagnostic {
  fileprivate static func nothingToImport(_ files: [String], _ format: ForeignFormat) -> Diagnostic
  {
    Diagnostic(
      .notImported, "no connection to import in \(files.joined(separator: ", "))",
      notes: ["read as \(format.rawValue)"])
  }
}
