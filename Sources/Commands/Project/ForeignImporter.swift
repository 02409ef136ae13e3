import Diagnostics
import FileChanges
import Manifests
import Model
import Secrets

/// Writes manifests for connections that another tool has.
struct ForeignImporter {
  let workspace: Workspace
  let source: ForeignSource
  /// Which values are which fields, for formats that do not say.
  let mapping: ForeignMapping?
  let console: Console

  /// What one import would write.
  struct Batch {
    var drafts: [ImportDraft] = []
    /// The names that are declared, by the project or a draft.
    fileprivate var names: Set<ConnectionName>
    /// The parts of the source that the drafts are from.
    fileprivate var parts: [ConnectionName: String] = [:]
    /// Where the sources have connections, by part, also those that are not taken.
    fileprivate var origins: [(part: String, origin: String)] = []
    /// What a person should look at, of that which is taken.
    var cautions: [Diagnostic] = []
    /// What is not taken, or only in part.
    var report: [Diagnostic] = []

    var isWhole: Bool { report.isEmpty }
  }

  /// 1. All files are read, and what is in them is compared with the catalog and the project.
  /// 2. What cannot be taken is reported, each with its reason.
  func batch(_ paths: [String]) async throws -> Batch {
    var batch = Batch(names: Set(workspace.state.connections.map(\.name)))
    let parts = try await source.parts(paths)
    let sources = parts.filter { !$0.isFlow }
    batch.cautions = sources.flatMap(\.cautions)
    // What a mapping puts together may be in several files.
    if let mapping {
      batch.report += sources.flatMap(\.report)
      add(mapping.connections(in: sources.map { ($0.name, $0.data) }), of: "", to: &batch)
    } else {
      for part in sources {
        batch.report += part.report
        add(
          source.format.connections(in: part.data, file: part.name, workspace.catalog),
          of: part.name, to: &batch)
      }
    }
    let known = Set(batch.names.map(\.rawValue)).union(batch.drafts.compactMap(\.id?.rawValue))
    for flow in parts.flatMap(\.flows) {
      let missing = flow.connections.subtracting(known).sorted()
      batch.report += missing.map { .unknownInFlow($0, flow.name) }
    }
    return batch
  }

  /// - Parameter part: of the source; empty if a mapping put several together.
  private func add(
    _ read: (found: [ForeignConnection], unread: [UnreadPart]), of part: String,
    to batch: inout Batch
  ) {
    let origins = read.found.map(\.origin) + read.unread.map(\.origin)
    batch.origins += origins.map { (part: part, origin: $0) }
    batch.report += read.unread.map { .notTaken($0.origin, $0.reason) }
    for foreign in read.found { add(foreign, of: part, to: &batch) }
  }

  private func add(_ foreign: ForeignConnection, of part: String, to batch: inout Batch) {
    do throws(ImportDraft.Refusal) {
      let draft = try ImportDraft(
        foreign, workspace.catalog, hasKeywords: source.format == .deployCLI)
      guard batch.names.insert(draft.name).inserted else {
        batch.report.append(.notTaken(foreign.origin, "`\(draft.name)` is already declared"))
        return
      }
      batch.drafts.append(draft)
      batch.parts[draft.name] = part
      if !draft.left.isEmpty { batch.report.append(.leftOut(draft)) }
      if source.format == .sops { batch.cautions += draft.truthValues.map { .truthValue($0) } }
    } catch {
      batch.report.append(.notTaken(foreign.origin, error.reason, foreign.left))
    }
  }

  /// 1. Secrets are sealed for the recipients of the new files.
  /// 2. All files are written, or none; none is overwritten.
  ///
  /// - Returns: the files, in the drafts' order.
  func write(_ drafts: [ImportDraft]) async throws -> [String] {
    let files = workspace.newFiles(for: drafts.map(\.name))
    let fields = drafts.flatMap { draft in
      draft.secrets.sorted { $0.key < $1.key }.map { field, text in
        UnsealedField(
          address: FieldAddress(draft.name, field), value: SecretBytes(copying: text.utf8),
          file: files[draft.name], location: nil)
      }
    }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let texts = try await sealer.seal(fields, sharing: workspace.presentSessionKeys)
    let sealed = Dictionary(zip(fields.map(\.address), texts)) { $1 }
    let changes = drafts.map { draft in
      let manifest = manifest(draft) { sealed[FieldAddress(draft.name, $0)].map { .sealed($0) } }
      return FileChange(files[draft.name], from: nil, to: Array(manifest.text.utf8))
    }
    try workspace.write(changes, console)
    return drafts.map { files[$0.name] }
  }

  /// What `write` would write, without the sealed values.
  func preview(_ drafts: [ImportDraft]) -> [(file: String, text: String)] {
    let files = workspace.newFiles(for: drafts.map(\.name))
    return drafts.map { draft in (files[draft.name], manifest(draft) { _ in .hidden }.text) }
  }

  private func manifest(
    _ draft: ImportDraft, _ secret: (FieldName) -> ImportedManifest.Value?
  ) -> ImportedManifest {
    var fields: [FieldName: ImportedManifest.Value] = draft.plain.mapValues { .plain(.string($0)) }
    for field in draft.secrets.keys { fields[field] = secret(field) }
    return ImportedManifest(
      name: draft.name, app: draft.app, setupType: draft.shape?.type, fields: fields,
      labels: draft.labels, scopes: draft.scopes, preventsDestroy: draft.preventsDestroy,
      origin: " from \(source.format.rawValue): \(shownInComment(draft.origin))")
  }

  /// A comment is one line of a file that others review.
  private func shownInComment(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.isShowable ? Character($0) : "?" })
  }
}

extension ForeignImporter.Batch {
  /// What is left to do in Terraform, whose states the parts are.
  ///
  /// - Parameter recorded: the connections that are recorded as applied in the tenant.
  func terraformRelease(recorded: Set<ConnectionName>) -> TerraformRelease {
    let whole = drafts.filter { recorded.contains($0.name) && $0.left.isEmpty }
    return TerraformRelease(
      imported: terraformInstances, taken: Set(whole.map(terraformInstance)),
      all: origins.map { TerraformRelease.Instance(state: $0.part, address: $0.origin) })
  }

  /// Of the drafts.
  var terraformInstances: [TerraformRelease.Instance] { drafts.map(terraformInstance) }

  private func terraformInstance(_ draft: ImportDraft) -> TerraformRelease.Instance {
    TerraformRelease.Instance(state: parts[draft.name] ?? "", address: draft.origin)
  }
}

extension ImportDraft {
  /// Secrets that are `true` or `false`.
  fileprivate var truthValues: [FieldAddress] {
    secrets.filter { ["true", "false"].contains($0.value) }.keys.sorted().map {
      FieldAddress(name, $0)
    }
  }
}

extension ImportDraft.Refusal {
  fileprivate var reason: String {
    switch self {
    case .invalidName: "its name is not a valid connection name"
    case .keywordInName: "its name has a keyword without a value"
    case .unknownApp(let app): "the catalog has no app `\(app)`; declare it under `apps:`"
    case .unknownSetup("", let known):
      "its fields fit none, or several, of the app's setups: \(Self.list(known))"
    case .unknownSetup(let type, let known):
      "the app has no setup `\(type)`; it has \(Self.list(known))"
    }
  }

  private static func list(_ types: [SetupType]) -> String {
    types.map(\.rawValue).joined(separator: ", ")
  }
}

extension Diagnostic {
  fileprivate static func unknownInFlow(_ connection: String, _ flow: String) -> Diagnostic {
    Diagnostic(
      .notImported, "the flow `\(flow)` uses a connection `\(connection)`", severity: .warning,
      notes: ["neither the export nor the project has one of this name or id"])
  }

  /// `True` with its type changed to `bool` opens as another text.
  fileprivate static func truthValue(_ address: FieldAddress) -> Diagnostic {
    Diagnostic(
      .notImported, "the secret `\(address.field)` of `\(address.connection)` is a truth value",
      severity: .warning,
      notes: ["SOPS does not authenticate types: it may have been the text `True` or `False`"],
      help: ["compare it with its source"])
  }

  fileprivate static func leftOut(_ draft: ImportDraft) -> Diagnostic {
    let first = draft.shape?.missing(
      from: Set(draft.plain.keys).union(draft.secrets.keys)
    ).first
    return Diagnostic(
      .notImported, "`\(draft.name)` was not imported as a whole", severity: .warning,
      notes: ["from \(draft.origin)"] + draft.left,
      help: first.map {
        ["add what is missing: vaultctl set \(shellWord(draft.name.rawValue)) \($0)"]
      } ?? [])
  }
}
