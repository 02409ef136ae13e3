package import Diagnostics
package import Model

/// All manifests of a project together.
package struct DesiredState: Sendable {
  package let manifests: [Manifest]
  /// The connections without faults, by name.
  package let connections: [DesiredConnection]
  /// Of all manifests, in reading order, with what only shows when they are seen together.
  package let diagnostics: [Diagnostic]

  package init(_ manifests: [Manifest], project: Project) {
    self.manifests = manifests
    let documents = manifests.flatMap(\.documents)
    let duplicates = Self.duplicates(documents)
    let unruled = manifests.filter {
      project.recipientRule(for: $0.file) == nil && $0.holdsSecrets
    }
    connections = documents.compactMap(\.desired).sorted { $0.name < $1.name }
    diagnostics =
      (manifests.flatMap(\.diagnostics) + duplicates
      + unruled.map { .noRecipientRule(for: $0.file) })
      .sorted(by: Diagnostic.inReadingOrder)
  }

  package func document(_ name: ConnectionName) -> (manifest: Manifest, document: ManifestDocument)?
  {
    for manifest in manifests {
      if let document = manifest.documents.first(where: { $0.name == name }) {
        return (manifest, document)
      }
    }
    return nil
  }

  private static func duplicates(_ documents: [ManifestDocument]) -> [Diagnostic] {
    var first: [ConnectionName: ConnectionOrigin] = [:]
    return documents.compactMap { document in
      guard let earlier = first[document.name] else {
        first[document.name] = document.origin
        return nil
      }
      return .duplicateName(document.name, earlier: earlier, at: document.origin.namePlace)
    }
  }
}

extension Manifest {
  fileprivate var holdsSecrets: Bool {
    documents.contains { $0.slots.contains { $0.isSecret || $0.sealed != nil } }
  }
}

extension Diagnostic {
  fileprivate static func duplicateName(
    _ name: ConnectionName, earlier: ConnectionOrigin, at place: Place
  ) -> Diagnostic {
    Diagnostic(
      .duplicateName, "connection `\(name)` is declared twice", at: place,
      notes: ["first in \(earlier.file):\(earlier.name.start.line)"],
      help: ["rename one of them, or remove it"])
  }

  fileprivate static func noRecipientRule(for file: String) -> Diagnostic {
    Diagnostic(
      .noRecipientRule, "no recipients for this file", at: .file(file),
      notes: ["no `path` under `recipients` in \(Project.fileName) matches it"],
      help: ["add a rule: `- {path: \"\(file)\", keys: [FINGERPRINT]}`"])
  }
}
