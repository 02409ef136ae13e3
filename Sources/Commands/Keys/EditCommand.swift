import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Processes
import Secrets

struct EditCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Edit one sealed value in $EDITOR.",
    discussion: """
      The value lies in a file of mode 0600 in a private folder, in memory where the machine has \
      a memory file system, and is wiped when the editor ends.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String
  @Argument(help: "The field; may be left out where there is one secret field only.")
  var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let layers = try workspace.documents(name)
    guard let top = layers.first?.document else { return .failed }
    let field = try chosenField(top)
    let sealing = FieldSealer(keyring: .standard(workspace.project, console: console))
    let address = FieldAddress(top.name, field)
    let holder = layers.map(\.document).first { $0.slot(field)?.sealed != nil }
    let old = try await oldValue(holder, address, sealing, workspace)
    guard let new = try PrivateEditing.edited(old) else {
      throw Failure(
        Diagnostic(
          .cancelled, "the editor ended with an error; nothing was changed",
          help: ["choose another one: EDITOR=nano vaultctl edit \(name) \(field)"]))
    }
    if let old, old.constantTimeEquals(new) {
      console.result("`\(field)` of `\(top.name)` is unchanged.\n")
      return .fine
    }
    if let reason = top.violation(of: new, in: field) {
      throw Failure(.invalidSecretValue(address, reason, at: nil))
    }
    let editable = try workspace.editableDocument(name)
    let (manifest, document) = (editable.manifest, editable.document)
    let sealed = try await sealing.seal(
      [UnsealedField(address: address, value: new, file: manifest.file, location: nil)],
      sharing: workspace.presentSessionKeys)
    try ManifestEditor(files: workspace.files).write(
      sealed.map { FieldEdit(document: document, field: field, text: $0) }, to: manifest)
    console.result("\(manifest.file): sealed `\(field)` of `\(document.name)`\n")
    return .fine
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
      "`\(name)` has several secret fields; name one: "
        + secret.map(\.rawValue).joined(separator: ", "))
  }

  private func oldValue(
    _ document: ManifestDocument?, _ address: FieldAddress, _ sealing: FieldSealer,
    _ workspace: Workspace
  ) async throws -> SecretBytes? {
    guard let document, let message = document.slot(address.field)?.sealed else { return nil }
    let location = document.origin.location(of: address.field)
    switch await sealing.open(
      [LocatedSealedField(address: address, message: message, location: location)]
    ).first {
    case .success(let value): return value
    case .failure(let fault): throw Failure([fault], sources: workspace.sources)
    case nil: return nil
    }
  }
}

/// A value in an editor of the user's.
private enum PrivateEditing {
  struct Failed: Error {}

  /// The value as the editor left it; `nil` where the editor failed.
  static func edited(_ old: SecretBytes?) throws -> SecretBytes? {
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
    let candidates: [String] = ["/dev/shm"] + (runtime.map { [$0] } ?? [])
    let base = candidates.first { unsafe access($0, W_OK) == 0 } ?? "/tmp"
    var template = Array("\(base)/vaultctl-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Failed() }
    let folder = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = folder + "/value"
    defer {
      wipe(path)
      unsafe rmdir(folder)
    }
    try write(old, to: path)
    guard try runEditor(on: path) else { return nil }
    let endedWithBreak =
      old?.withBytes { $0.count > 0 && $0[$0.count - 1] == 0x0A } ?? false
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW)
    guard descriptor >= 0 else { throw Failed() }
    defer { close(descriptor) }
    // Editors end a file with a line break; it counts only where the value had one before.
    return try SecretInput.read(descriptor, keepsLastBreak: endedWithBreak)
  }

  private static func write(_ value: SecretBytes?, to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failed() }
    defer { close(descriptor) }
    value?.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
    }
  }

  private static func runEditor(on path: String) throws -> Bool {
    let environment = ProcessInfo.processInfo.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    return try ChildProcess(["/bin/sh", "-c", "\(editor) \"$1\"", "sh", path]).wait() == 0
  }

  /// Zeros over the bytes, then no file. Editors may have put another file in its place.
  private static func wipe(_ path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW)
    if descriptor >= 0 {
      let size = lseek(descriptor, 0, SEEK_END)
      lseek(descriptor, 0, SEEK_SET)
      let zeros = [UInt8](repeating: 0, count: max(0, size))
      _ = unsafe Glibc.write(descriptor, zeros, zeros.count)
      fsync(descriptor)
      close(descriptor)
    }
    unsafe unlink(path)
  }
}
