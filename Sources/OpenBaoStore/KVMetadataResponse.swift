import Model

/// The metadata of one secret in the engine's response.
struct KVMetadataResponse: Decodable {
  struct Version: Decodable {
    let created_time: String
    let deletion_time: String
    let destroyed: Bool
  }
  let current_version: Int64
  let current_metadata_version: Int64?
  let custom_metadata: [String: String]?
  let versions: [String: Version]
  let updated_time: String
}

extension KVMetadata {
  /// A version from the server, below 2^53, so that the next one can be counted.
  static func countable(_ version: Int64) -> Int64 { min(max(version, 0), 1 << 53) }

  /// - Parameter now: a version may be set to be deleted later on.
  init(_ response: KVMetadataResponse, now: Timestamp) {
    self.init(
      current: Self.countable(response.current_version),
      metadataVersion: response.current_metadata_version.map(Self.countable),
      custom: response.custom_metadata ?? [:],
      versions: response.versions.compactMap { number, version in
        guard let number = Int64(number) else { return nil }
        let deletion = RFC3339.date(version.deletion_time).map(Timestamp.init)
        return Version(
          number: number,
          createdAt: RFC3339.date(version.created_time).map(Timestamp.init)
            ?? Timestamp(milliseconds: 0),
          isGone: version.destroyed || (deletion.map { $0 <= now } ?? false),
          isDestroyed: version.destroyed)
      }.sorted { $0.number < $1.number },
      updatedAt: RFC3339.date(response.updated_time).map(Timestamp.init)
        ?? Timestamp(milliseconds: 0))
  }
}
