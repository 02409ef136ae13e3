import Diagnostics
import Manifests
import Model

/// A connection for which a manifest was written.
struct ImportedConnection {
  let file: String
  let manifest: ImportedManifest
  /// The store has a setup that it does not show.
  let hidesSetup: Bool

  /// The secrets that are only in the store.
  var unknownSecrets: [Diagnostic] {
    if hidesSetup { return [setupUnknown] }
    return manifest.unknownFields.map { field in
      let name = shellWord(manifest.name.rawValue)
      return Diagnostic(
        .secretUnknown, "`\(field)` of `\(manifest.name)` exists only in the store",
        severity: .warning, at: .file(file),
        notes: ["the store does not return it here; the manifest ignores it"],
        help: [
          "manage it in the manifest: vaultctl set \(name) \(field), then remove it from `ignore`"
        ])
    }
  }

  private var setupUnknown: Diagnostic {
    Diagnostic(
      .secretUnknown, "the setup of `\(manifest.name)` exists only in the store",
      severity: .warning, at: .file(file),
      notes: ["the store does not return it; the manifest has no setup and leaves it unchanged"],
      help: ["to manage it here, add a `setup` to the manifest"])
  }
}
