import FoundationEssentials
import Model
import Stores

/// What the engine tells of one secret without its data.
struct KVMetadata: Sendable {
  struct Version: Sendable {
    let number: Int64
    let createdAt: Timestamp
    /// Deleted (it can be brought back), or destroyed.
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

  /// As it is after a write of ours.
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

extension KVMetadata: Decodable {
  /// A version from the server, below 2^53, so that the next one can be counted.
  static func countable(_ version: Int64) -> Int64 { min(max(version, 0), 1 << 53) }

  private struct Raw: Decodable {
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

  init(from decoder: any Decoder) throws {
    let raw = try Raw(from: decoder)
    let now = Date()
    self.init(
      current: Self.countable(raw.current_version),
      metadataVersion: raw.current_metadata_version.map(Self.countable),
      custom: raw.custom_metadata ?? [:],
      versions: raw.versions.compactMap { number, version in
        guard let number = Int64(number) else { return nil }
        // A version may be told to be deleted later on.
        let deletion = RFC3339.date(version.deletion_time)
        return Version(
          number: number,
          createdAt: RFC3339.date(version.created_time).map(Timestamp.init)
            ?? Timestamp(milliseconds: 0),
          isGone: version.destroyed || (deletion.map { $0 <= now } ?? false),
          isDestroyed: version.destroyed)
      }.sorted { $0.number < $1.number },
      updatedAt: RFC3339.date(raw.updated_time).map(Timestamp.init) ?? Timestamp(milliseconds: 0))
  }
}

/// The server's times, which have up to nine digits behind the second.
enum RFC3339 {
  static func date(_ text: String) -> Date? {
    guard let point = text.firstIndex(of: ".") else { return parse(text) }
    let rest = text[point...].dropFirst()
    let digits = rest.prefix { $0.isNumber }
    return parse(text[..<point] + rest.dropFirst(digits.count)).map {
      $0.addingTimeInterval((Double("0.\(digits)") ?? 0))
    }
  }

  private static func parse(_ text: some StringProtocol) -> Date? {
    try? Date(String(text), strategy: .iso8601)
  }
}
