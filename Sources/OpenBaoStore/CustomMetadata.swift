import Crypto
import Encodings
import FoundationEssentials
import Model
import Stores

/// What the store keeps in a secret's `custom_metadata`, which has at most 64 texts of 512 bytes.
///
/// - `app`, `type`, `label.…`, `tool`, `commit`: for people and tools that look at the secret.
/// - `id`: the connection's own, which stays when it is renamed.
/// - `granted`: what the service granted.
/// - `record.N.…`: the applied record of version N in chunks, for the current version and the one that
///   is being written. So a record is there before its version is, and the version decides which
///   record counts: no write leaves a version without one.
/// - Entries of other tools stay.
struct CustomMetadata {
  static let maxEntries = 64
  static let maxBytes = 512

  /// A record, or where it is kept when it does not fit.
  enum Slot: Hashable {
    case record(AppliedRecord)
    /// A version of the sibling secret.
    case spilled(Int64)
  }

  private(set) var others: [String: String] = [:]
  var id: StoreID?
  var app: AppID?
  var type: SetupType?
  var labels: [String: String] = [:]
  var granted: [Scope]?
  /// By the version that they belong to.
  var slots: [Int64: Slot] = [:]
  private var origin: [String: String] = [:]

  init() {}

  init(_ custom: [String: String]) {
    var versions: Set<Int64> = []
    for (key, value) in custom {
      let parts = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      switch (parts[0], parts.count > 1 ? parts[1] : nil) {
      case ("id", nil): id = StoreID(value)
      case ("app", nil): app = AppID(value)
      case ("type", nil): type = SetupType(value)
      case ("tool", nil), ("commit", nil): origin[key] = value
      // The text is prefixed, since no value may be empty.
      case ("label", let name?) where value.hasPrefix("="):
        labels[name] = String(value.dropFirst())
      case ("granted", let rest?) where ChunkedText.number(rest) != nil: break
      case ("record", let rest?):
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
          .map { ChunkedText.number($0) }
        if numbers.count == 2, let version = numbers[0], numbers[1] != nil {
          versions.insert(version)
        } else {
          others[key] = value
        }
      default: others[key] = value
      }
    }
    granted = ChunkedText.text("granted", in: custom).flatMap {
      try? JSONDecoder().decode([Scope].self, from: Data($0.utf8))
    }
    for version in versions {
      slots[version] = ChunkedText.text("record.\(version)", in: custom).flatMap(Self.slot)
    }
  }

  /// A record has the first digits of its own SHA-256 before it: one that was changed by hand is
  /// ignored.
  private static func slot(_ text: String) -> Slot? {
    if text.hasPrefix("@") { return Int64(text.dropFirst()).map { .spilled($0) } }
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0] == Substring(sum(String(parts[1]))),
      let record = try? AppliedRecord(json: String(parts[1]))
    else { return nil }
    return .record(record)
  }

  private static func sum(_ text: String) -> String {
    String(hexadecimal(SHA256.hash(data: Array(text.utf8))).prefix(16))
  }

  /// The metadata to send to the engine; `nil` if it does not fit.
  var texts: [String: String]? {
    var texts = others.merging(origin) { $1 }
    texts["id"] = id?.rawValue
    texts["app"] = app?.rawValue
    texts["type"] = type?.rawValue
    for (name, value) in labels { texts["label.\(name)"] = "=\(value)" }
    if let granted, let text = try? canonicalJSON(granted) {
      texts.merge(ChunkedText.of(text, "granted")) { $1 }
    }
    for (version, slot) in slots {
      switch slot {
      case .spilled(let sibling): texts["record.\(version).0"] = "@\(sibling)"
      case .record(let record):
        let text = canonicalJSON(record)
        texts.merge(ChunkedText.of("\(Self.sum(text)) \(text)", "record.\(version)")) { $1 }
      }
    }
    let fits =
      texts.count <= Self.maxEntries
      && texts.allSatisfy { $0.key.utf8.count <= 128 && $0.value.utf8.count <= Self.maxBytes }
    return fits ? texts : nil
  }

  /// Describes the connection as `record` has it, and keeps that for `version`.
  mutating func set(_ slot: Slot, of version: Int64, _ record: AppliedRecord) {
    slots[version] = slot
    id = record.storeID
    app = record.app
    type = record.setupType
    labels = record.labels
    origin = ["tool": record.provenance.toolVersion]
    origin["commit"] = record.provenance.commit
  }

  /// Removes all of our entries.
  mutating func clear() {
    let others = others
    self = CustomMetadata()
    self.others = others
  }
}
