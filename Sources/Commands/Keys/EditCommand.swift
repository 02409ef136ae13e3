import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

struct EditCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Edit one sealed value in $EDITOR.",
    discussion: """
      The value is written to a file with mode 0600 in a private folder, in memory if the machine \
      has a memory file system. The folder is wiped with everything that the editor wrote to it, \
      however the command ends; what a killed one left is wiped by the next. A value that is refused \
      can be edited again.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String
  @Argument(help: "Field; optional if there is only one secret field.")
  var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireAllFiles()
    let layers = try workspace.documents(name)
    let top = layers[0]
    let field = try chosenField(top.document)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let address = FieldAddress(top.document.name, field)
    let holder = layers.map(\.document).first { $0.slot(field)?.sealed != nil }
    let old = try await oldValue(holder, address, sealer, workspace)
    let setter = FieldSetter(workspace: workspace, sealer: sealer)
    let editor = try ValueEditor(old)
    defer { editor.end() }
    while true {
      guard try editor.succeeds() else { throw Failure(editorFailed(field)) }
      do {
        let new = try editor.value()
        if let old, old.constantTimeEquals(new) {
          console.result("`\(field)` of `\(top.document.name)` is unchanged.\n")
        } else {
          try await setter.set(field, to: new, in: top, console)
        }
        return .fine
      } catch let failure as Failure where failure.isOfMovedFile {
        throw failure
      } catch {
        try editAgain(after: Failure(error, outcome: .failed), console)
      }
    }
  }

  /// What was typed is not lost because it was refused.
  ///
  /// - Throws: the failure, if the value is to be discarded, or nobody can be asked.
  private func editAgain(after failure: Failure, _ console: Console) throws {
    guard console.canAsk else {
      throw Failure(failure.diagnostics + [.discarded], sources: failure.sources)
    }
    console.report(failure.diagnostics, sources: failure.sources)
    while true {
      // Anything else is a slip, and what was typed in the editor is not lost for it.
      switch console.answer(to: "Edit the value again? Type `yes` to edit, `no` to discard it: ") {
      case "yes": return
      case "no", nil: throw Failure(.discarded)
      default: continue
      }
    }
  }

  private func editorFailed(_ field: FieldName) -> Diagnostic {
    Diagnostic(
      .cancelled, "the editor exited with an error; nothing was changed",
      help: [
        "use another editor: EDITOR=nano vaultctl edit \(shellWord(name)) \(shellWord(field.rawValue))"
      ])
  }

  private func chosenField(_ document: ManifestDocument) throws -> FieldName {
    if let field {
      try document.requireField(FieldName(field))
      return FieldName(field)
    }
    let shape = document.shape ?? document.app?.setups.first
    let secret = shape?.fields.filter(\.isSecret).map(\.name) ?? []
    if secret.count == 1, let only = secret.first { return only }
    throw ValidationError(
      "`\(name)` has several secret fields; specify one: "
        + secret.map(\.rawValue).joined(separator: ", "))
  }

  private func oldValue(
    _ document: ManifestDocument?, _ address: FieldAddress, _ sealer: FieldSealer,
    _ workspace: Workspace
  ) async throws -> SecretBytes? {
    guard let document, let message = document.slot(address.field)?.sealed else { return nil }
    let location = document.origin.location(of: address.field)
    switch await sealer.open(
      [LocatedSealedField(address: address, message: message, location: location)]
    ).first {
    case .success(let value): return value
    case .failure(let fault): throw Failure([fault], sources: workspace.sources)
    case nil: return nil
    }
  }
}

extension Diagnostic {
  fileprivate static var discarded: Diagnostic {
    Diagnostic(
      .editDiscarded, "the edited value was discarded", notes: ["the manifest was not changed"],
      help: ["edit it again at a terminal, or pass a valid value: vaultctl set NAME FIELD"])
  }
}
