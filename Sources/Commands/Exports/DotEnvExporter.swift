import Diagnostics
import Manifests
import Model
import Reports
import Secrets

/// Prints one connection as `NAME=value` lines, with the names that `exec` gives its variables.
struct DotEnvExporter {
  let workspace: Workspace
  let console: Console

  /// - Parameter file: where the lines go, sealed; `nil`: stdout.
  func write(
    _ connections: [DesiredConnection], withSecrets: Bool, sealedTo file: String?
  ) async throws -> Outcome {
    guard let connection = connections.first, connections.count == 1 else {
      throw Failure(.notOne(connections.map(\.name)))
    }
    let fields = (connection.setup?.fields ?? [:]).sorted { $0.key < $1.key }
    let names = try names(of: fields.map(\.key), connection.name)
    func gap(_ reason: String) -> Export.Gap {
      Export.Gap(connection: connection.name, reason: reason)
    }
    let values = ExportedValues(workspace: workspace, console: console)
    let asked = fields.map(\.key).filter { connection.sealedField($0) != nil }
    let opened =
      withSecrets
      ? try await values.opened(asked.map { FieldAddress(connection.name, $0) }, in: connections)
        .values : [:]
    var report =
      ExportGaps(connection: connection, workspace.catalog).gaps(for: .dotenv)
      + connection.ignoredFields.filter { connection.setup?.fields[$0] == nil }.sorted().map {
        gap("`\($0)` is ignored: its value is not in the manifest")
      }
    var lines: [SecretBytes] = []
    for (field, value) in fields {
      let name = names[field] ?? ""
      let bytes: SecretBytes
      switch value {
      case .plain(let plain): bytes = SecretBytes(copying: plain.text.utf8)
      case .sealed:
        guard let secret = opened[FieldAddress(connection.name, field)] else {
          lines.append(SecretBytes(copying: "# \(name) is sealed; add --with-secrets\n".utf8))
          report.append(gap("`\(field)` is sealed, and --with-secrets is not given"))
          continue
        }
        bytes = secret
      }
      guard let (line, isDisputed) = bytes.dotEnvLine(name: name) else {
        report.append(gap("`\(field)` has bytes that the form cannot hold"))
        continue
      }
      if bytes.withBytes({ span in span.indices.contains { span[$0] == 0x0D } }) {
        report.append(
          gap("`\(field)` has a carriage return, written as `\\r`: a shell reads two letters"))
      }
      if isDisputed {
        report.append(
          gap(
            "`\(field)` is in double quotes with `\\` before some letters: a shell reads them without,"
              + " Node's dotenv keeps each `\\`, and docker compose some"))
      }
      lines.append(line)
    }
    if let file {
      let sealed = try await values.sealed(SecretBytes(joining: lines))
      try PrivateFile(file).create(with: Array(sealed.utf8))
      console.result("Created \(file)\n")
    } else {
      for line in lines { console.result(line) }
    }
    console.report(report.map { .notExported($0) })
    return report.isEmpty ? .fine : .partly
  }

  /// - Throws: if two fields would have the same name.
  private func names(
    of fields: [FieldName], _ connection: ConnectionName
  ) throws -> [FieldName: String] {
    var names: [FieldName: String] = [:]
    var taken: Set<String> = []
    for field in fields {
      let name = VariableName.of("\(connection)_\(field)")
      guard taken.insert(name).inserted else {
        throw Failure(
          Diagnostic(.notExported, "two fields of `\(connection)` would have the name `\(name)`"))
      }
      names[field] = name
    }
    return names
  }
}

extension Diagnostic {
  fileprivate static func notOne(_ names: [ConnectionName]) -> Diagnostic {
    Diagnostic(
      .notExported, "dotenv is for one connection, and \(names.count) were chosen",
      help: ["list them, then name one: vaultctl status"])
  }
}
