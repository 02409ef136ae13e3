package import Diagnostics
package import Model
package import SourceYAML

/// A branch's project file with the trusted file's settings, except for those that are harmless and
/// those that the branch makes tighter.
package struct TrustedMerge {
  /// Every location is in the branch's file.
  package let file: YAMLFile
  /// The settings in which the two differ: warnings, and errors for what is looser.
  package let diagnostics: [Diagnostic]

  /// - Parameters:
  ///   - own: the branch's file, without errors, and the catalog that was read from it.
  ///   - trusted: the same of the trusted file.
  ///   - origin: where the trusted file is from, for messages.
  package init(
    _ own: (file: YAMLFile, catalog: Catalog), trusted: (file: YAMLFile, catalog: Catalog),
    origin: String
  ) {
    guard let root = own.file.documents.first?.root,
      let other = trusted.file.documents.first?.root
    else { preconditionFailure("a file without errors has a document") }
    let signing = SettingsTree(trusted.file)[SettingPath(["signing"])]
    var merger = SettingsMerger(
      file: own.file.file, origin: origin,
      requiresSignatures: signing?.value == .text("required"))
    let merged = merger.merged(root, other, at: SettingPath([]), near: root)
    file = own.file.replacingRoot(merged ?? root)
    diagnostics =
      merger.diagnostics
      + own.catalog.fieldsNoLongerSecret(
        in: trusted.catalog, origin: origin, file: own.file.file)
  }
}
