import Model

/// What the engine knows of one secret besides its data.
struct KVMetadata: Sendable {
  struct Version: Sendable {
    let number: Int64
    let createdAt: Timestamp
    /// Deleted (it can be restored), or destroyed.
    let isGone: Bool
    let isDestroyed: Bool
  }

  /// 0 before the first data.
  let current: Int64
  /// Of what is kept beside the data; `nil` where the server does not count it (HashiCorp Vault).
  let metadataVersion: Int64?
  let custom: [String: String]
  /// Oldest first.
  let versions: [Version]
  let updatedAt: Timestamp

  init(
    current: Int64, metadataVersion: Int64?, custom: [String: String], versions: [Version],
    updatedAt: Timestamp
  ) {
    self.current = current
    self.metadataVersion = metadataVersion
    self.custom = custom
    self.versions = versions
    self.updatedAt = updatedAt
  }

  /// A secret that was never written.
  static let none = KVMetadata(
    current: 0, metadataVersion: 0, custom: [:], versions: [],
    updatedAt: Timestamp(milliseconds: 0))

  /// Whether there is data that can be read.
  var isThere: Bool {
    guard current > 0, let last = versions.last(where: { $0.number == current }) else {
      return false
    }
    return !last.isGone
  }

  /// As it is after our own write.
  func with(
    current: Int64? = nil, custom: [String: String]? = nil, at now: Timestamp? = nil,
    isGone: Bool = false
  ) -> KVMetadata {
    var versions = versions
    if let current {
      versions.removeAll { $0.number == current }
      versions.append(
        Version(
          number: current, createdAt: now ?? updatedAt, isGone: isGone, isDestroyed: false))
    }
    return KVMetadata(
      current: current ?? self.current,
      metadataVersion: custom == nil ? metadataVersion : metadataVersion.map { $0 + 1 },
      custom: custom ?? self.custom, versions: versions,
      updatedAt: now ?? updatedAt)
  }
}

/// The metadata of one secret as the engine gives it.
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
