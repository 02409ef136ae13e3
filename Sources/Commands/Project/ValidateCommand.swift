import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Reports
import Secrets

struct ValidateCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests, recipients and, where a key is at hand, every sealed value.")

  @OptionGroup var global: GlobalOptions

  private static let title = "vaultctl validate"

  @Option(help: "Output: text, json, sarif, junit or code-quality.")
  var format: ReportFormat = .text

  func validate() throws {
    if format == .markdown { throw ValidationError("--format markdown is of `plan`") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try RunReport.loading(global, name: Self.title, format, console)
    var diagnostics = workspace.diagnosticsOfAll
    let check = SealedValueCheck(
      workspace: workspace, keyring: .standard(workspace.project, console: console))
    if workspace.manifests.contains(where: \.holdsSealed) {
      diagnostics += try await check.diagnostics()
    }
    diagnostics += workspace.flowFindings
    diagnostics.sort(by: Diagnostic.inReadingOrder)
    let outcome: Outcome = diagnostics.hasErrors ? .failed : .fine
    let report = RunReport(
      name: Self.title, workspace: workspace, diagnostics: diagnostics)
    switch format {
    case .json: console.result(DiagnosticJSON.text(diagnostics))
    case .sarif, .junit, .codeQuality: report.text(format).map { console.result($0) }
    case .text, .markdown:
      console.report(diagnostics, sources: workspace.sources)
      if outcome == .fine {
        console.result("\(workspace.countInWords), no errors.\n")
      }
    }
    report.annotate(console)
    return outcome
  }
}

/// What the keyring can tell of the sealed values.
private struct SealedValueCheck {
  let workspace: Workspace
  let keyring: Keyring

  /// 1. The recipients themselves; one that is merely not in this keyring is a warning here.
  /// 2. Messages for others than the rule names.
  /// 3. Messages that one of the keys here can open: the place, the signature, the value's form.
  func diagnostics() async throws -> [Diagnostic] {
    var found = try await keyring.faults().map { fault in
      fault.code == .recipientNotFound ? fault.asWarning : fault
    }
    if found.isEmpty {
      found += try await RecipientCheck(workspace: workspace, keyring: keyring).differences()
    }
    found += try await opened()
    return found
  }

  private func opened() async throws -> [Diagnostic] {
    let own = await keyring.openingKeyIDs()
    if own.isEmpty { return [] }
    var fields: [LocatedSealedField] = []
    var constraints: [ValueConstraint?] = []
    for document in workspace.manifests.flatMap(\.documents) {
      for slot in document.slots {
        guard let field = document.sealedField(slot),
          field.message.keyIDs.contains(where: own.contains)
        else { continue }
        fields.append(field)
        constraints.append(document.shape?[slot.field]?.constraint)
      }
    }
    var found: [Diagnostic] = []
    let results = await FieldSealer(keyring: keyring).open(fields)
    for ((field, constraint), result) in zip(zip(fields, constraints), results) {
      switch result {
      case .success(let value):
        if let violation = value.withBytes({ constraint?.violation(ofUTF8: $0) }) {
          found.append(
            .invalidSecretValue(field.address, violation.reason, at: field.location))
        }
      case .failure(let fault):
        let isAboutKey = [.agentUnavailable, .cancelled, .deadlineExceeded].contains(fault.code)
        found.append(isAboutKey ? fault.asWarning : fault)
      }
    }
    return found
  }
}

extension Workspace {
  /// Of the chosen environment; where none was chosen, of all, each told once.
  fileprivate var diagnosticsOfAll: [Diagnostic] {
    if environment != nil { return diagnostics }
    return read.allDiagnostics
  }

  /// What flows cannot use, as far as it shows without a store: an id may be known to one.
  fileprivate var flowFindings: [Diagnostic] {
    let states = environment == nil && !project.environments.isEmpty ? read.states : [state]
    let found = states.flatMap { state in
      FlowIndex(read.flows, desired: state.connections, snapshot: nil, catalog: catalog)
        .findings()
    }
    return Array(Set(found.map(\.diagnostic)))
  }

  /// `3 connections`; with environments, those of each.
  fileprivate var countInWords: String {
    let states = environment == nil ? read.states : [state]
    return states.map { state in
      let count = state.connections.count
      let text = "\(count) \(count == 1 ? "connection" : "connections")"
      return state.environment.map { "\(text) in \($0.name)" } ?? text
    }.joined(separator: ", ")
  }
}

extension Manifest {
  fileprivate var holdsSealed: Bool {
    documents.contains { $0.slots.contains { $0.sealed != nil } }
  }
}

extension Diagnostic {
  var asWarning: Diagnostic {
    Diagnostic(
      code, message, severity: .warning, at: location, label: label, notes: notes, help: help)
  }

  static func invalidSecretValue(
    _ address: FieldAddress, _ reason: String, at location: Location?
  ) -> Diagnostic {
    Diagnostic(
      .invalidSecretValue, "the value of `\(address.field)` of `\(address.connection)` \(reason)",
      at: location, help: ["seal another one: vaultctl set \(address.connection) \(address.field)"])
  }
}
