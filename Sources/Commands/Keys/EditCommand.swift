import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

struct EditCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Edit a connection's values in $VISUAL or $EDITOR; seal what is secret.",
    discussion: """
      With a field, the file has its bare value; without one, a line per field, whose values are taken as \
      they are, without quotes. The file is written with mode 0600 to a private folder, in memory if the machine \
      has a memory file system. The folder is wiped with everything that the editor wrote to it, \
      however the command ends; what a killed one left is wiped by the next. A value that is refused \
      can be edited again.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String
  @Argument(help: "Field (default: all of the connection).", completion: .fields)
  var field: String?

  @OptionGroup var placeholders: PlaceholderOptions

  @Flag(help: "Check and seal what was edited, and show what would be written; write nothing.")
  var dryRun = false

  var isDryRun: Bool { dryRun }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let layers = try workspace.editableDocuments(name)
    // Any other error may be in a value that the user is about to correct.
    let hiding: Set<DiagnosticCode> = [
      .malformedMessage, .unknownApp, .unknownSetupType, .unknownKey, .missingKey,
    ]
    try workspace.requireReadable(layers.map(\.manifest)) { hiding.contains($0) }
    let top = layers[0]
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let setter = FieldSetter(
      workspace: workspace, sealer: sealer, allowsPlaceholder: placeholders.areAllowed)
    let fields = try fields(of: top.document)
    let old = try await presentValues(fields, layers, sealer, workspace)
    let exposed = Set(
      layers.flatMap(\.document.slots).filter(\.isPlaintextSecret).map(\.field))

    let text = FieldSheet(fields: fields)
    let editor = try ValueEditor(
      field == nil
        ? text.written(old, under: heading(top.document)) : fields.first.flatMap { old[$0] })
    defer { editor.end() }
    while true {
      guard try editor.succeeds() else { throw Failure(editorFailed) }
      do {
        let edited = try editor.value()
        let new = try field == nil ? values(in: edited, text) : [fields[0]: edited]
        let changed = new.filter { field, value in
          exposed.contains(field) || !(old[field]?.constantTimeEquals(value) ?? false)
        }
        if changed.isEmpty {
          console.result("\(subject) of `\(top.document.name)` is unchanged.\n")
        } else {
          try await setter.set(changed, in: top, console)
        }
        return .fine
      } catch let failure as Failure where failure.isOfMovedFile {
        throw failure
      } catch {
        try editAgain(after: Failure(error, outcome: .failed), console)
      }
    }
  }

  private var subject: TerminalText { field.map { "`\($0)`" } ?? "Every field" }

  private func values(
    in edited: SecretBytes, _ text: FieldSheet
  ) throws -> [FieldName: SecretBytes] {
    do throws(FieldSheet.RefusedLine) {
      return try text.values(in: edited)
    } catch {
      switch error.reason {
      case .unknown:
        throw Diagnostic(
          .invalidSecretValue, "line \(error.number) is neither a field nor a comment",
          notes: ["its fields: \(text.fields.map(\.rawValue).joined(separator: ", "))"],
          help: ["write `field: value`; or `field: |`, with two spaces before each line after it"])
      case .repeated(let field):
        throw Diagnostic(
          .invalidSecretValue, "line \(error.number) is a second one of `\(field)`",
          help: ["keep the line whose value is right"])
      }
    }
  }

  private func heading(_ document: ManifestDocument) -> [String] {
    [
      "`\(document.name)`, app \(document.app?.id.rawValue ?? "")",
      "Values are taken as they are, without quotes. One of several lines follows `field: |`, with two",
      "spaces before each line (`|-`: the last ends without a line break). A field without a value",
      "keeps what it has.",
    ]
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

  private var editorFailed: Diagnostic {
    let words = ["vaultctl", "edit", shellWord(name)] + (field.map { [shellWord($0)] } ?? [])
    return Diagnostic(
      .cancelled, "the editor exited with an error; nothing was changed",
      help: ["use another editor: VISUAL=nano \(words.joined(separator: " "))"])
  }

  /// The chosen field, or all that the setup has or can have.
  private func fields(of document: ManifestDocument) throws -> [FieldName] {
    if let field {
      try document.requireField(FieldName(field))
      return [FieldName(field)]
    }
    let shape = document.shape ?? document.app?.setups.first
    let known = shape?.fields.map(\.name) ?? []
    // A name of several lines would not be one line of the text.
    let others = document.slots.map(\.field).filter { field in
      !known.contains(field) && !field.rawValue.contains { ":#".contains($0) || $0.isNewline }
    }
    return known + others
  }

  /// The values that the fields have in the chosen environment.
  ///
  /// - Throws: all that cannot be opened.
  private func presentValues(
    _ fields: [FieldName], _ layers: [LocatedDocument], _ sealer: FieldSealer,
    _ workspace: Workspace
  ) async throws -> [FieldName: SecretBytes] {
    var values: [FieldName: SecretBytes] = [:]
    var sealed: [LocatedSealedField] = []
    for field in fields {
      // An environment that removes a field has no value of it.
      guard let holder = layers.first(where: { $0.document.slot(field) != nil }),
        let slot = holder.document.slot(field), slot.isGiven
      else { continue }
      if let message = holder.document.sealedField(slot) {
        sealed.append(message)
      } else {
        values[field] = holder.plainText(of: field).map { SecretBytes(copying: $0.utf8) }
      }
    }
    let opened = try await sealer.opened(sealed, sources: workspace.sources)
    for (message, value) in zip(sealed, opened) { values[message.address.field] = value }
    return values
  }
}

extension Diagnostic {
  fileprivate static var discarded: Diagnostic {
    Diagnostic(
      .editDiscarded, "the edited value was discarded", notes: ["the manifest was not changed"],
      help: ["edit it again at a terminal, or pass a valid value: vaultctl set NAME FIELD"])
  }
}
