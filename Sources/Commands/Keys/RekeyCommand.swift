import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets

struct RekeyCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rekey",
    abstract: "Seal values again whose recipients changed, and leave all others as they are.",
    discussion: """
      A removed recipient may still know a value, so rekey lists the values that should be \
      rotated. The store's own key follows with the next apply, whose plan shows it.

      The keys that a value is addressed to are only what the value claims. With --all, every value is \
      sealed again, whatever it claims.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Manifests (default: all in the project).", completion: .file())
  var files: [String] = []

  @Flag(help: "Seal every value again.") var all = false

  @Flag(
    help: ArgumentHelp(
      "Also sign values that nobody signed for their field.",
      discussion: """
        With `signing: required`: values that were sealed before, and those that an earlier version \
        signed. Make sure first that one of you sealed each of them.
        """))
  var acceptUnsigned = false

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  /// 1. The values whose key packets are not as they should be are chosen, or all. What is addressed
  ///    to one of our own keys is tried with it.
  /// 2. They are opened, and sealed again with a new session key.
  /// 3. Everything is written.
  private func changed(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let keyring = Keyring.standard(workspace.project, console: console)
    let sealer = FieldSealer(keyring: keyring, acceptsUnsigned: acceptUnsigned)
    let manifests = try workspace.manifests(files)
    try workspace.requireReadable(manifests)
    let chosen = Set(manifests.map(\.file))
    var values = try await RecipientCheck(workspace: workspace, keyring: keyring)
      .values(in: chosen)
    do {
      if !all { values = try await needingSealing(values, keyring) }
    } catch let failure as Failure {
      throw Failure(failure.diagnostics, sources: workspace.sources)
    }
    let opened = try await sealer.opened(values.map(\.field), sources: workspace.sources)
    let fields = zip(values, opened).map { value, secret in
      UnsealedField(
        address: value.field.address, value: secret, file: value.manifest.file,
        location: value.field.location)
    }
    // A removed recipient may know the current session keys.
    let sealed = try await sealer.seal(fields, sharing: .new)
    try write(Array(zip(values, sealed)), workspace, console)
    console.report(values.compactMap(\.formerRecipient))
    return .fine
  }

  /// The values that are not addressed as they should be and, if those are accepted, those that
  /// nobody signed for their field.
  ///
  /// - Throws: the values that are addressed to one of our own keys, which does not open them.
  private func needingSealing(
    _ values: [RecipientCheck.Value], _ keyring: Keyring
  ) async throws -> [RecipientCheck.Value] {
    let own = try await keyring.openingKeys()
    let tried = values.filter { own.isNamed(in: $0.field.message) || acceptUnsigned }
    var codes: [LocatedSealedField: DiagnosticCode] = [:]
    var lying: [Diagnostic] = []
    for (value, result) in zip(
      tried, await FieldSealer(keyring: keyring).open(tried.map(\.field)))
    {
      guard case .failure(let fault) = result else { continue }
      codes[value.field] = fault.code
      if fault.code == .mislabelled { lying.append(fault) }
    }
    if !lying.isEmpty { throw Failure(lying) }
    let unsigned: Set<DiagnosticCode> =
      acceptUnsigned ? [.noValidSignature, .unboundSignature] : []
    return values.filter { value in
      value.needsSealing || (codes[value.field].map(unsigned.contains) ?? false)
    }
  }

  private func write(
    _ sealed: [(value: RecipientCheck.Value, text: String)], _ workspace: Workspace,
    _ console: Console
  ) throws {
    if sealed.isEmpty { console.result("All values are addressed to their recipients.\n") }
    let editor = workspace.editor
    let byFile = Dictionary(grouping: sealed) { $0.value.manifest.file }
    let changes = try workspace.manifests.compactMap { manifest in
      try byFile[manifest.file].map { here in
        let edits = here.map {
          FieldEdit(document: $0.value.document, field: $0.value.field.address.field, text: $0.text)
        }
        return try editor.change(edits, to: manifest)
      }
    }
    try workspace.write(changes, console)
    for (value, _) in sealed {
      let address = value.field.address
      console.done(
        "\(value.manifest.file): sealed `\(address.field)` of `\(address.connection)` again")
    }
  }
}
