import OpenPGP

extension KeyDirectory {
  /// Whose keys these are, for a project's files. A name that only files under review claim is not
  /// verified.
  ///
  /// - Parameters:
  ///   - ids: of keys or subkeys.
  ///   - trustRef: `--trust-ref`.
  init(
    _ openPGP: PGPEngine, ids: Set<String>, fingerprints: Set<String> = [], of files: ProjectFiles,
    trustRef: String?
  ) async {
    await self.init(
      openPGP, ids: ids, fingerprints: fingerprints,
      base: ReviewBase.files(trustRef: trustRef, root: files.root), branch: files)
  }
}
