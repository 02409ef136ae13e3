package import Diagnostics
package import Manifests

extension Diagnostic {
  package static func unknownEnvironment(_ name: String, _ project: Project) -> Diagnostic {
    let names = project.environments.map(\.name)
    let renamed = project.environment(withID: name).map {
      "it was renamed: use `\($0.name)`, also in VAULTCTL_ENV"
    }
    let near = nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
    return Diagnostic(
      .environmentNotFound, "no environment `\(name)` in \(Project.fileName)",
      notes: [
        names.isEmpty
          ? "the project has no environments" : "environments: \(names.joined(separator: ", "))"
      ],
      help: [renamed ?? near].compactMap(\.self))
  }

  static var projectWithoutID: Diagnostic {
    Diagnostic(
      .projectWithoutID, "the project has no id", at: .file(Project.fileName),
      notes: ["applied records name their owner by it, so that no other project changes them"],
      help: ["add one, and claim what was applied before: vaultctl upgrade"])
  }

  package static func noEnvironmentChosen(_ project: Project) -> Diagnostic {
    let names = project.environments.map(\.name)
    return Diagnostic(
      .environmentNotFound, "no environment selected",
      notes: ["environments: \(names.joined(separator: ", "))"],
      help: ["select one: --env \(names.first ?? "NAME")"])
  }
}
