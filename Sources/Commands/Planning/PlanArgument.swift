import Foundation
import Manifests
import Model
import Planning

/// A word of the command line that is a saved plan's file, or a connection.
enum PlanArgument {
  /// Whether it names a file. A connection is not hidden by a file of its name, which `./NAME` means;
  /// what cannot be a connection is a file.
  static func isFile(_ text: String, _ global: GlobalOptions) -> Bool {
    var status = stat()
    guard unsafe stat(text, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return false }
    return ConnectionName(text) == nil || !declares(text, global)
  }

  /// A plan can be named outside of its project.
  private static func declares(_ name: String, _ global: GlobalOptions) -> Bool {
    let manifests = try? Workspace.load(global, acceptsAll: true).contents.manifests
    return manifests?.contains { $0.documents.contains { $0.name.rawValue == name } } ?? false
  }
}
