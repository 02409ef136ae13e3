import Diagnostics
import Manifests
import Model

/// A connection that has a manifest now.
struct ImportedConnection {
  let file: String
  let manifest: ImportedManifest
  /// The store has a setup that it does not show at all.
  let hidesSetup: Bool

  /// The secrets that are only in the store.
  var unknownSecrets: [Diagnostic] {
    if hidesSetup { return [setupUnknown] }
    return manifest.unknownFields.map { field in
      let name = shellWord(manifest.name.rawValue)
      return Diagnostic(
        .secretUnknown, "`\(field)` of `\(manifest.name)` is in the store alone",
        severity: .warning, at: .file(file),
        notes: ["the store does not give it back here; the manifest leaves it alone"],
        help: ["look after it here: vaultctl set \(name) \(field), then take it off `ignore`"])
    }
  }

  private var setupUnknown: Diagnostic {
    Diagnostic(
      .secretUnknown, "the setup of `\(manifest.name)` is in the store alone",
      severity: .warning, at: .file(file),
      notes: ["the store does not give it back; the manifest has none, and leaves it alone"],
      help: ["to look after it here, write a `setup` into the manifest"])
  }
}
