import Diagnostics
import Manifests
import Model

extension Catalog {
  /// The catalog of the project that the user named or is in; outside of a project, the built-in one.
  ///
  /// - Throws: if a project that was named cannot be read.
  static func ofProject(_ global: GlobalOptions) throws -> Catalog {
    if global.project != nil { return try Workspace.load(global).catalog }
    return (try? Workspace.load(global).catalog) ?? .builtIn
  }

  /// The app that the user named.
  func app(named text: String) throws -> App {
    if let found = self[AppID(text)] { return found }
    let word = RefusedWord(text, known: appNames)
    throw Failure(
      Diagnostic(
        .unknownApp, "unknown app\(word.quoted)", notes: ["apps: \(word.listing)"],
        help: word.help))
  }
}
