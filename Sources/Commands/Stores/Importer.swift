import Applying
import Diagnostics
import FileChanges
import Manifests
import Model
import Secrets
import Stores

/// Writes manifests for a store's connections.
struct Importer {
  let session: Session
  let console: Console

  /// 1. The connections are read, with those secrets that the store returns here.
  /// 2. The secrets are sealed for their binding in the manifest.
  /// 3. A manifest is written for each; none is overwritten.
  func write(_ names: Set<ConnectionName>, from snapshot: Snapshot) async throws
    -> [ImportedConnection]
  {
    let found = names.sorted().compactMap { snapshot.actual[$0] }
    let files = session.workspace.newFiles(for: found.map(\.name))
    let sealed = try await sealed(found, files)
    var imported: [ImportedConnection] = []
    var changes: [FileChange] = []
    for connection in found {
      guard let app = session.workspace.catalog[connection.app] else { continue }
      let file = files[connection.name]
      let manifest = manifest(connection, app, snapshot.applied[connection.name], sealed)
      changes.append(FileChange(file, from: nil, to: Array(manifest.text.utf8)))
      imported.append(
        ImportedConnection(file: file, manifest: manifest, hidesSetup: connection.unseen == .setup))
    }
    try session.workspace.write(changes, console)
    return imported
  }

  func knowsApp(of name: ConnectionName, in snapshot: Snapshot) -> Bool {
    snapshot.actual[name].map { session.workspace.catalog[$0.app] != nil } ?? false
  }

  /// Apps that the catalog does not know; their connections are not imported.
  func faults(_ names: Set<ConnectionName>, in snapshot: Snapshot) -> [Diagnostic] {
    names.sorted().filter { !knowsApp(of: $0, in: snapshot) }.compactMap { snapshot.actual[$0] }
      .map { connection in
        Diagnostic(
          .unknownApp, "`\(connection.name)` has the unknown app `\(connection.app)`",
          at: .connection(connection.name.rawValue, store: session.store.description.description),
          help: ["declare it under `apps:` in \(Project.fileName), then import again"])
      }
  }

  private func sealed(
    _ connections: [ActualConnection], _ files: NewFiles
  ) async throws -> [FieldAddress: String] {
    let values: [FieldAddress: SecretBytes]
    do throws(StoreError) {
      values = try await session.store.secrets?.secrets(of: Set(connections.map(\.name))) ?? [:]
    } catch {
      // Without its key the store returns no secrets, so the fields are ignored.
      guard case .keyUnavailable = error else {
        throw Failure(Diagnostic(error, in: session.store.description))
      }
      console.report([Diagnostic(error, in: session.store.description).asWarning])
      return [:]
    }
    let fields = values.sorted { $0.key < $1.key }.map { address, value in
      UnsealedField(address: address, value: value, file: files[address.connection], location: nil)
    }
    let texts = try await session.sealer.seal(
      fields, sharing: session.workspace.presentSessionKeys)
    return Dictionary(zip(fields.map(\.address), texts)) { $1 }
  }

  private func manifest(
    _ connection: ActualConnection, _ app: App, _ applied: AppliedRecord?,
    _ sealed: [FieldAddress: String]
  ) -> ImportedManifest {
    var fields: [FieldName: ImportedManifest.Value] = [:]
    for (field, value) in connection.fields {
      switch value {
      case .plain(let value): fields[field] = .plain(value)
      case .secret:
        fields[field] = sealed[FieldAddress(connection.name, field)].map { .sealed($0) } ?? .unknown
      }
    }
    return ImportedManifest(
      name: connection.name, app: app, setupType: connection.setupType, fields: fields,
      labels: connection.labels, scopes: connection.grantedScopes?.sorted(),
      preventsDestroy: applied?.preventsDestroy ?? false,
      origin: "; last changed in the store at \(connection.updatedAt)")
  }
}
