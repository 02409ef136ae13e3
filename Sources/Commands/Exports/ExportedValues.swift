import Diagnostics
import Encodings
import FileChanges
import Manifests
import Model
import Reports
import Secrets
import Stores

/// The opened values that an export's files refer to.
struct ExportedValues {
  let workspace: Workspace
  let console: Console

  /// A JSON document with all values: variable definitions of Terraform (`terraform.tfvars.json`), or a
  /// configuration of auth0-deploy-cli with its mappings of keywords.
  ///
  /// - Returns: also the values that are none of the manifests'.
  /// - Throws: if a value does not open.
  func document(
    of placeholders: [Export.Placeholder], in connections: [DesiredConnection],
    for kind: ExportKind
  ) async throws -> (text: SecretBytes, faults: [Diagnostic]) {
    let (values, absent) = try await opened(placeholders.map(\.address), in: connections)
    var faults = absent.map { Diagnostic.notExported($0) }
    var writer = JSONWriter()
    func mappings(_ writer: inout JSONWriter) {
      writer.object { writer in
        for placeholder in placeholders {
          guard let value = values[placeholder.address] else { continue }
          // An empty value would be applied.
          guard value.withBytes({ (try? UTF8Span(validating: $0)) != nil }) else {
            faults.append(.notText(placeholder.address))
            continue
          }
          if let reason = change(of: value, placeholder, placeholders, kind) {
            faults.append(
              .notExported(Export.Gap(connection: placeholder.address.connection, reason: reason)))
          }
          writer.name(placeholder.name)
          _ = value.withBytes { writer.string(utf8: $0) }
        }
      }
    }
    if kind == .deployCLI {
      writer.object { writer in
        writer.name("AUTH0_KEYWORD_REPLACE_MAPPINGS")
        mappings(&writer)
      }
    } else {
      mappings(&writer)
    }
    return (SecretBytes(copying: writer.bytes + [0x0A]), faults)
  }

  /// Why the tool makes another value of one.
  private func change(
    of value: SecretBytes, _ placeholder: Export.Placeholder, _ all: [Export.Placeholder],
    _ kind: ExportKind
  ) -> String? {
    let field = "`\(placeholder.address.field)`"
    switch kind {
    case .terraform where !value.withBytes({ $0.isNFC }): return ExportGaps.normalizes(field)
    case .deployCLI where value.withBytes({ Keywords.remain(in: $0) }):
      let marked = all.flatMap { ["@@\($0.name)@@", "##\($0.name)##"] }
      return marked.contains { value.contains($0) }
        ? "\(field) holds a keyword of the export, which auth0-deploy-cli replaces" : nil
    default: return nil
    }
  }

  /// The values of manifests, and what is only in the store.
  ///
  /// - Throws: all that do not open.
  func opened(
    _ addresses: [FieldAddress], in connections: [DesiredConnection]
  ) async throws -> (values: [FieldAddress: SecretBytes], absent: [Export.Gap]) {
    let byName = Dictionary(connections.map { ($0.name, $0) }) { first, _ in first }
    let fields = addresses.compactMap { byName[$0.connection]?.sealedField($0.field) }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let opened = try await sealer.opened(fields, sources: workspace.sources)
    let values = Dictionary(zip(fields.map(\.address), opened)) { first, _ in first }
    return (
      values,
      addresses.filter { values[$0] == nil }.map {
        Export.Gap(
          connection: $0.connection,
          reason: "`\($0.field)` is ignored: its value is not in the manifest")
      }
    )
  }

  /// An OpenPGP message to the recipients of the environment.
  func sealed(_ text: SecretBytes) async throws -> String {
    let keyring = Keyring.standard(workspace.project, console: console)
    let protection = ProjectKeyProtection(
      keyring: keyring, environment: workspace.environment, purpose: .export,
      previousProjectName: nil)
    do throws(KeyProtectionFailure) {
      return try await protection.seal(text)
    } catch {
      throw Failure(
        Diagnostic(.outputNotWritten, "the values cannot be sealed", notes: [error.reason]))
    }
  }
}

extension Diagnostic {
  static func notText(_ address: FieldAddress) -> Diagnostic {
    .notExported(
      Export.Gap(
        connection: address.connection,
        reason: "`\(address.field)` has bytes that the form cannot hold"))
  }
}
