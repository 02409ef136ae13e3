import Foundation
import Manifests
import SourceYAML
import Synchronization

/// The digest of a project's settings, for tests that trust whatever the project file says.
final class SandboxTrust: Sendable {
  /// By the bytes of the project file.
  private let known = Mutex<[Data: String]>([:])

  /// What the program itself says; `nil` where no setting needs trust.
  func digest(of folder: String, program: String) throws -> String? {
    let file = URL(fileURLWithPath: folder + "/" + Project.fileName)
    guard let bytes = try? Data(contentsOf: file) else { return nil }
    let (yaml, _) = YAMLFile.parse(Array(bytes), file: Project.fileName)
    if SettingsTree(yaml).needingTrust.isEmpty { return nil }
    if let digest = known.withLock({ $0[bytes] }) { return digest }
    let finished = try run(
      program, ["trust", "--digest", "-C", folder], environment: ["PATH": "/usr/bin:/bin"])
    // A file with errors has no digest.
    guard finished.status == 0 else { return nil }
    let digest = finished.text.trimmingCharacters(in: .whitespacesAndNewlines)
    known.withLock { $0[bytes] = digest }
    return digest
  }
}
