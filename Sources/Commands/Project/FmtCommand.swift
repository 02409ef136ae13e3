import ArgumentParser
import Diagnostics
import FileChanges
import Manifests

struct FmtCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Put the keys of manifests in the usual order, and indent by two spaces.",
    discussion: """
      Values and comments stay as they are, which is checked before anything is written. Lists, texts and \
      what is in brackets keep their form.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: "Manifests (default: all in the project).",
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String] = []

  @Flag(help: "Write nothing; exit with 1 if a file is not in that form.") var check = false

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try formatted(console) }
  }

  private func formatted(_ console: Console) throws -> Outcome {
    let workspace = try Workspace.load(global)
    let manifests = try workspace.manifests(files)
    // What cannot be read as YAML has no keys.
    try workspace.requireReadable(manifests, \.isAboutReading)
    var changes: [FileChange] = []
    var faults: [Diagnostic] = []
    for manifest in manifests {
      do throws(Diagnostic) {
        let after = try manifest.formatted()
        if after != manifest.bytes {
          changes.append(FileChange(manifest.file, from: manifest.bytes, to: after))
        }
      } catch {
        faults.append(error)
      }
    }
    if check { faults += changes.map { .notFormatted($0.file) } }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    try workspace.write(changes, console)
    for change in changes { console.done("\(change.file): formatted") }
    if changes.isEmpty { console.note("Nothing to format.") }
    return .fine
  }
}

extension Diagnostic {
  fileprivate static func notFormatted(_ file: String) -> Diagnostic {
    Diagnostic(
      .notFormatted, "`\(file)` is not formatted", at: .file(file),
      help: ["format it: vaultctl fmt \(shellWord(file))"])
  }
}
