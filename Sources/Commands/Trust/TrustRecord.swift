import Manifests

/// One approval. It holds the settings as they were shown, so that a change can be named.
struct TrustRecord: Codable {
  /// Of this form.
  private let version: Int
  /// The project's real path; for people who look at the file.
  private let project: String
  let digest: String
  private let settings: [String: String]

  init(_ tree: SettingsTree, digest: String, root: String) {
    version = 1
    project = root
    self.digest = digest
    settings = Self.texts(tree)
  }

  /// A line for each setting that differs from what was approved.
  func changes(to tree: SettingsTree) -> [String] {
    let now = Self.texts(tree)
    return Set(settings.keys).union(now.keys).sorted().compactMap { path in
      let (old, new) = (settings[path], now[path])
      return old == new ? nil : "`\(path)`: \(old ?? "not set") -> \(new ?? "not set")"
    }
  }

  private static func texts(_ tree: SettingsTree) -> [String: String] {
    Dictionary(tree.trusted.map { ($0.path.text, $0.value.text) }) { first, _ in first }
  }
}
