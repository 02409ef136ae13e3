package import Diagnostics
package import Model

/// All manifests of a project, merged for one environment.
package struct DesiredState: Sendable {
  /// `nil`: the base alone.
  package let environment: Environment?
  /// Those of the base and of this environment.
  package let manifests: [Manifest]
  /// The connections without faults, by name.
  package let connections: [DesiredConnection]
  /// Those of the manifests, and those found by comparing them; in reading order.
  package let diagnostics: [Diagnostic]

  /// - Parameter manifests: those of other environments are left out.
  package init(_ manifests: [Manifest], project: Project, environment: Environment? = nil) {
    let manifests = manifests.filter {
      $0.environment == nil || $0.environment == environment?.name
    }
    self.environment = environment
    self.manifests = manifests
    let base = manifests.filter { $0.environment == nil }.flatMap(\.documents)
    let overlay = manifests.filter { $0.environment != nil }.flatMap(\.documents)
    let withoutRule = manifests.filter {
      project.recipientRule(for: $0.file) == nil && $0.holdsSecrets
    }
    connections = ConnectionLayer.merged(base, overlay: overlay)
    let found =
      manifests.flatMap(\.diagnostics) + Self.duplicates(base) + Self.duplicates(overlay)
      + Self.renameFaults(connections) + withoutRule.map { .noRecipientRule(for: $0.file) }
      + manifests.flatMap { Diagnostic.addressing($0, project.recipientRule(for: $0.file)) }
    diagnostics = found.sorted(by: Diagnostic.inReadingOrder)
  }

  /// The base's connections, without what an environment overlays.
  package var base: [DesiredConnection] {
    manifests.filter { $0.environment == nil }.flatMap(\.documents).compactMap(\.desired)
  }

  /// The document of a connection in one layer: an environment's, or the base's.
  package func document(
    _ name: ConnectionName, in environment: String? = nil
  ) -> LocatedDocument? {
    for manifest in manifests where manifest.environment == environment {
      if let document = manifest.documents.first(where: { $0.name == name }) {
        return LocatedDocument(manifest: manifest, document: document)
      }
    }
    return nil
  }

  private static func duplicates(_ documents: [ManifestDocument]) -> [Diagnostic] {
    let names = Set(documents.map(\.name))
    if names.count == documents.count { return [] }
    var first: [ConnectionName: ManifestDocument] = [:]
    var found: [String: DiagnosticList] = [:]
    for document in documents {
      guard let earlier = first[document.name] else {
        first[document.name] = document
        continue
      }
      found[document.origin.file, default: DiagnosticList()].append(
        .duplicateName(
          document.name, earlier: earlier.origin, at: document.origin.nameLocation))
    }
    return found.flatMap { file, list in list.sorted(in: file) }
  }

  /// A previous name must not be another connection's current or previous name.
  private static func renameFaults(_ connections: [DesiredConnection]) -> [Diagnostic] {
    if connections.allSatisfy(\.formerNames.isEmpty) { return [] }
    var owners = Dictionary(connections.map { ($0.name, $0) }) { first, _ in first }
    return connections.flatMap { connection in
      connection.formerNames.compactMap { name in
        if let owner = owners[name] { return .formerNameTaken(name, of: connection, by: owner) }
        owners[name] = connection
        return nil
      }
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
    _ name: ConnectionName, earlier: ConnectionOrigin, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .duplicateName, "connection `\(name)` is declared twice", at: location,
      notes: ["first declared at \(earlier.file):\(earlier.nameLocation.range?.start.line ?? 1)"],
      help: ["rename one of them, or remove it"])
  }

  fileprivate static func formerNameTaken(
    _ name: ConnectionName, of connection: DesiredConnection, by owner: DesiredConnection
  ) -> Diagnostic {
    Diagnostic(
      .formerNameTaken, "`\(name)` cannot be a previous name of `\(connection.name)`",
      at: connection.origin.nameLocation,
      notes: [
        owner.name == name
          ? "`\(name)` is declared in \(owner.origin.file)"
          : "`\(owner.name)` in \(owner.origin.file) also lists `\(name)` as a previous name"
      ],
      help: ["remove `\(name)` from `metadata.renamedFrom`"])
  }

  fileprivate static func noRecipientRule(for file: String) -> Diagnostic {
    Diagnostic(
      .noRecipientRule, "no recipient chosen for this file", at: .file(file),
      notes: ["no `path` under `recipients` in \(Project.fileName) matches it"],
      help: ["add a rule: `- {path: \"\(file)\", keys: [FINGERPRINT]}`"])
  }
}
