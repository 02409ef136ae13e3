import Diagnostics
import Manifests
import Model

extension Workspace {
  /// A connection as the chosen environment has it.
  ///
  /// - Throws: if no manifest declares it, a file that does has errors, or the environment removes it.
  func effectiveConnection(_ name: String) throws -> DesiredConnection {
    let files = Set(try documents(name).map(\.manifest.file))
    let faults = state.diagnostics.filter { fault in
      fault.severity == .error && fault.location?.file.map(files.contains) ?? false
    }
    if !faults.isEmpty { throw Failure(faults, sources: sources) }
    if let found = state.connections.first(where: { $0.name.rawValue == name }) { return found }
    throw Failure(
      .removed(
        name, in: environment,
        help: "see what the base declares: VAULTCTL_ENV= vaultctl get \(shellWord(name))"))
  }
}

extension Diagnostic {
  /// - Parameter name: of a connection whose document in the environment has no `spec`.
  static func removed(
    _ name: String, in environment: Environment?, at location: Location? = nil, help: String
  ) -> Diagnostic {
    Diagnostic(
      .connectionNotFound, "`\(name)` does not exist in environment `\(environment?.name ?? "")`",
      at: location, notes: ["its overlay has `spec: null`"], help: [help])
  }
}
