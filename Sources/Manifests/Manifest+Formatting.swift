package import Diagnostics
import Model
import SourceYAML

extension Manifest {
  /// The file's bytes with the keys in the order of the documentation, and of the catalog, indented by
  /// two spaces.
  ///
  /// - Throws: if the file cannot have that form without a change of what it says.
  package func formatted() throws(Diagnostic) -> [UInt8] {
    try FormattedFile(yaml()) { [documents] number, path in
      switch path {
      case []: ["apiVersion", "kind", "metadata", "spec"]
      case ["metadata"]: ["name", "labels", "annotations", "renamedFrom"]
      case ["spec"]: ["app", "setup", "scopes", "publicFields", "lifecycle", "ignore"]
      case ["spec", "setup"]:
        ["type"]
          + (documents.first { $0.index == number }?.shape?.fields.map(\.name.rawValue) ?? [])
      default: []
      }
    }.bytes()
  }
}
