package import Diagnostics
package import Manifests
package import Model

/// A project as one source has it: its file, the manifests of the base and of every environment.
package struct ProjectContents: Sendable {
  package let project: Project
  /// The source's own project file.
  package let projectFile: [UInt8]
  package let manifests: [Manifest]
  /// In the files' order.
  package let flows: [Flow]
  /// The files that were read, for snippets.
  package let sources: [String: RedactedSource]
  /// What is wrong with the project file, and with files that cannot be read.
  package let diagnostics: [Diagnostic]
  /// As the source's project file has them, whatever is trusted.
  package let settings: SettingsTree
  /// The settings in which the source differs from the trusted file, whose values are used.
  package let untrusted: [Diagnostic]
  /// The built-in apps that the source's project file defines again.
  package let overrides: [Diagnostic]
  /// The source's own catalog, whatever is trusted.
  package let ownCatalog: Catalog

  /// The same contents under another name of the project.
  func renamed(to name: String) -> ProjectContents {
    ProjectContents(
      project: project.renamed(to: name), projectFile: projectFile, manifests: manifests,
      flows: flows, sources: sources,
      diagnostics: diagnostics, settings: settings, untrusted: untrusted, overrides: overrides,
      ownCatalog: ownCatalog)
  }

  package func state(of environment: Environment?) -> DesiredState {
    DesiredState(manifests, project: project, environment: environment)
  }

  /// The desired states of the base and of each environment.
  package var states: [DesiredState] {
    [state(of: nil)] + project.environments.map { state(of: $0) }
  }

  /// Of the base and every environment, each once, in reading order.
  package var allDiagnostics: [Diagnostic] {
    (diagnostics + untrusted + overrides + Set(states.flatMap(\.diagnostics)))
      .sorted(by: Diagnostic.inReadingOrder)
  }

  /// Where the source's project file would send secrets, if the trusted one says otherwise.
  package func proposedDestinations(
    of connections: [DesiredConnection]
  ) -> [ConnectionName: Set<Destination>] {
    if ownCatalog == project.catalog { return [:] }
    let proposed = connections.map { connection in
      (connection.name, ownCatalog[connection.app]?.destinations(of: connection.setup) ?? [])
    }
    return Dictionary(proposed) { first, _ in first }
  }
}

extension ProjectContents {
  /// The base's documents, which overlays override.
  package var baseDocuments: [ConnectionName: ManifestDocument] {
    manifests.filter { $0.environment == nil }.flatMap(\.documents).byNames
  }
}
