import Diagnostics
import Manifests
import SourceYAML

/// The project file that a commit has which is trusted.
package struct TrustedProjectFile: Sendable {
  let bytes: [UInt8]
  /// For messages: a ref, or a commit's id.
  let origin: String

  package init(bytes: [UInt8], origin: String) {
    self.bytes = bytes
    self.origin = origin
  }

  /// - Parameters:
  ///   - yaml: the branch's project file, without errors.
  ///   - own: what was read from it.
  /// - Throws: if the trusted file has errors.
  func merge(_ yaml: YAMLFile, _ own: Project) throws -> TrustedMerge {
    let (trusted, faults) = YAMLFile.parse(bytes, file: Project.fileName)
    let read = Project.read(trusted, parseFaults: faults)
    guard let project = read.project else {
      throw Failure(.unusable(read.diagnostics, origin: origin))
    }
    return TrustedMerge(
      (yaml, own.catalog), trusted: (trusted, project.catalog), origin: origin)
  }
}

extension Diagnostic {
  fileprivate static func unusable(_ faults: [Diagnostic], origin: String) -> Diagnostic {
    Diagnostic(
      .trustedFileMissing, "the trusted \(Project.fileName) has errors",
      notes: ["trusted: \(origin)"]
        + faults.filter { $0.severity == .error }.map { "\($0.code.rawValue): \($0.message)" },
      help: ["fix it on the trusted branch first"])
  }
}
