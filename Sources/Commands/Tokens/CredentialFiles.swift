import Secrets

/// Credentials in files of a private folder, whose paths stay the same while their values are replaced.
///
/// A command's own children find them too, whatever descriptors they inherit.
struct CredentialFiles {
  private let folder: PrivateFolder

  init() throws { folder = try PrivateFolder(for: .exec) }

  /// Writes the values, each atomically.
  ///
  /// - Returns: the variables, with paths as values.
  func write(_ variables: Variables) throws -> Variables {
    try variables.map { name, value in
      let path = try folder.replace(value, in: name, mode: 0o400)
      return (name, SecretBytes(copying: path.utf8))
    }
  }

  func remove() { folder.remove() }
}
