import Diagnostics
import Manifests
import Model
import OpenBaoStore
import Reports

/// Makes other tools' files of connections.
struct Exporter {
  let workspace: Workspace
  let console: Console

  /// The files, and what they do not express.
  ///
  /// - Throws: if the project's store is none that the tool can use.
  func export(
    _ connections: [DesiredConnection], to kind: ExportKind, stores: Export.ClusterStores
  ) async throws -> (export: Export, report: [Diagnostic]) {
    var gaps = connections.flatMap { ExportGaps(connection: $0, workspace.catalog).gaps(for: kind) }
    let known =
      kind.knowsBuiltInAppsAlone
      ? connections.filter { Catalog.builtIn[$0.app] != nil } : connections
    let export: Export
    switch kind {
    case .terraform:
      let (ids, missing) = try await ids(of: known)
      gaps += missing
      export = .terraform(known.map { exported($0, id: ids[$0.name]) })
    case .deployCLI:
      export = .deployCLI(
        known.map { exported($0, id: nil) },
        fileNames: Dictionary(known.map { ($0.name, Scaffold.fileName(for: $0.name)) }) {
          first, _ in
          first
        })
    case .externalSecrets:
      export = .externalSecrets(
        known.map { exported($0, id: nil) }, keys: try keys(of: known.map(\.name)), stores: stores)
    case .dotenv: preconditionFailure("it has an exporter of its own")
    }
    let all = (gaps + export.gaps).sorted { $0.connection < $1.connection }
    return (export, all.map { .notExported($0) })
  }

  private func exported(_ connection: DesiredConnection, id: StoreID?) -> ExportedConnection {
    var fields: [FieldName: ExportedConnection.Value] = [:]
    for (field, value) in connection.setup?.fields ?? [:] {
      switch value {
      case .plain(let plain): fields[field] = .plain(plain)
      case .sealed: fields[field] = .secret
      }
    }
    for field in connection.ignoredFields where fields[field] == nil { fields[field] = .secret }
    let isWhole = ExportGaps(connection: connection, workspace.catalog).missingFields.isEmpty
    return ExportedConnection(
      name: connection.name, app: connection.app,
      setupType: isWhole ? connection.setup?.type : nil, fields: isWhole ? fields : [:],
      preventsDestroy: connection.preventsDestroy, id: id)
  }

  /// The ids that a tenant's connections have in the applied records; other stores' are none of Terraform's.
  private func ids(
    of connections: [DesiredConnection]
  ) async throws -> (ids: [ConnectionName: StoreID], missing: [Export.Gap]) {
    guard case .auth0 = workspace.project.storeSettings(of: workspace.environment)?.backend else {
      return ([:], [])
    }
    let session = try SessionFactory(console: console).session(for: workspace)
    let applied = try await session.read(isOffline: true).applied
    let ids = Dictionary(
      connections.compactMap { connection in
        applied[connection.name].map { (connection.name, $0.storeID) }
      }
    ) { first, _ in first }
    return (
      ids,
      connections.filter { ids[$0.name] == nil }.map {
        Export.Gap(
          connection: $0.name,
          reason: "it was not applied, so it has no `import` block: Terraform would create it")
      }
    )
  }

  /// - Throws: if the store is not OpenBao.
  private func keys(of names: [ConnectionName]) throws -> [ConnectionName: String] {
    guard
      case .openBao(let settings)? = workspace.project.storeSettings(of: workspace.environment)?
        .backend
    else {
      throw Failure(
        Diagnostic(
          .notExported, "the store is not OpenBao or Vault",
          notes: ["the External Secrets Operator reads from the store itself"],
          help: ["select an environment whose store is: --env NAME"]))
    }
    let path = OpenBaoSecretPath(
      prefix: settings.prefix, environment: workspace.environment?.id)
    return Dictionary(names.map { ($0, path.key(of: $0)) }) { first, _ in first }
  }
}

extension Diagnostic {
  static func notExported(_ gap: Export.Gap) -> Diagnostic {
    Diagnostic(
      .notExported, "`\(gap.connection)` was not exported as a whole", severity: .warning,
      notes: [gap.reason])
  }
}
