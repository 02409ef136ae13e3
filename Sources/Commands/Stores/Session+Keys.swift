extension Session {
  /// - Parameter ids: of keys or subkeys.
  func keyDirectory(ids: Set<String>, fingerprints: Set<String> = []) async -> KeyDirectory {
    await KeyDirectory(
      keyring.openPGP, ids: ids, fingerprints: fingerprints, of: workspace.files,
      trustRef: workspace.trustRef)
  }

  /// The owners of keys as people know them, by id.
  func owners(of ids: Set<String>) async -> [String: String] {
    ids.isEmpty ? [:] : await keyDirectory(ids: ids).owners(of: ids)
  }
}
