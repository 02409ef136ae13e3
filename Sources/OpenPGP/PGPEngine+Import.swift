extension PGPEngine {
  /// The keys in each exported file, without a change of the keyring; none if gpg understands none of it.
  package func keys(in files: [[UInt8]]) async throws(GPGUnavailable) -> [[PublicKey]] {
    try await inLanes(files) { context, file in (try? context.keys(in: file)) ?? [] }
  }

  /// Adds the public keys of a file to the user's keyring, because the user asked for it.
  package func importKeys(_ file: [UInt8]) async throws(GPGUnavailable) {
    let results = try await inLanes([file]) { context, file in
      Result { () throws(GPGError) in try context.importKeys(file) }
    }
    if case .failure(let error) = results.first { throw GPGUnavailable(reason: error.text) }
  }
}
