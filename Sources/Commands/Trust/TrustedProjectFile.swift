import Diagnostics
import Manifests
import Model
import SourceYAML

/// The project file of a commit that is trusted.
package struct TrustedProjectFile: Sendable {
  private let yaml: YAMLFile
  private let catalog: Catalog
  /// For messages: a ref, or a commit's id.
  private let origin: String

  /// - Throws: if the file has errors.
  init(_ bytes: [UInt8], origin: String) throws(Diagnostic) {
    let (yaml, faults) = YAMLFile.parse(bytes, file: Project.fileName)
    let read = Project.read(yaml, parseFaults: faults)
    guard let project = read.project else { throw .unusable(read.diagnostics, origin: origin) }
    self.yaml = yaml
    catalog = project.catalog
    self.origin = origin
  }

  var settings: SettingsTree { SettingsTree(yaml) }

  /// - Parameters:
  ///   - branch: the branch's project file, without errors.
  ///   - project: what was read from it.
  func merged(into branch: YAMLFile, _ project: Project) -> TrustedMerge {
    TrustedMerge((branch, project.catalog), trusted: (yaml, catalog), origin: origin)
  }
}

extension Diagnostic {
  fileprivate static func unusable(_ faults: [Diagnostic], origin: String) -> Diagnostic {
    Diagnostic(
      .trustedFileMissing, "the trusted \(Project.fileName) has errors",
      notes: ["trusted: \(origin)"]
        + faults.filter { $0.severity == .error }.map { "\($0.code.rawValue): \($0.message)" },
      help: ["fix it on the trusted branch, or name another revision: --trust-ref"])
  }
}
