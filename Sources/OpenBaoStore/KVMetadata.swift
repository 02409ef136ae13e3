import Model

/// The engine's metadata of one secret.
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
  /// The version of the custom metadata; `nil` if the server does not count it (HashiCorp Vault).
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

  /// The metadata after our own write.
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
