package import Diagnostics
import SourceYAML

extension StoreSettings {
  /// A store that an option names, in the syntax of `store:` in a project file:
  /// `{type: sqlite, path: .vaultctl/new.db}`.
  ///
  /// - Parameter option: what the diagnostics name as their file.
  /// - Returns: `nil` if it has an error.
  package static func read(
    argument: String, of option: String
  ) -> (settings: StoreSettings?, diagnostics: [Diagnostic]) {
    let (yaml, faults) = YAMLFile.parse(Array("store: \(argument)".utf8), file: option)
    var reader = NodeReader(file: option)
    var settings: StoreSettings?
    if let root = yaml.documents.first?.root,
      let entries = reader.mapping(root, "", keys: ["store"])
    {
      settings = reader.readStore(entries, "store", standardFile: standardFile)
    }
    let diagnostics = reader.diagnostics(after: faults)
    return (diagnostics.hasErrors ? nil : settings, diagnostics)
  }
}
