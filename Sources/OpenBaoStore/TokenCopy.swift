import FoundationEssentials
import Model
import Stores

/// What is kept beside the tokens: the record as of a version, and the last events.
struct TokenCopy {
  /// A consumers' copy as we wrote it: of which exchange, and as which version of its secret.
  struct Consumers: Hashable, Codable {
    let attempt: TokenAttempt?
    let version: Int64
  }

  struct Event: Codable {
    let at: Timestamp
    let who: String
    let what: String
  }

  private static let maxEvents = 20

  /// Of the connection; `nil` in the previous format.
  private(set) var id: StoreID?
  private(set) var version: Int64?
  private(set) var record: TokenRecord?
  private(set) var events: [Event] = []
  var consumers: Consumers?

  init(_ custom: [String: String]) {
    id = custom["connection"].map { StoreID($0) }
    version = custom["version"].flatMap { Int64($0) }
    record = Self.decoded(ChunkedText.text("record", in: custom))
    events = Self.decoded(ChunkedText.text("events", in: custom)) ?? []
    consumers = Self.decoded(ChunkedText.text("consumers", in: custom))
  }

  private static func decoded<Value: Decodable>(_ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }

  mutating func set(_ write: TokenWrite, version: Int64) {
    set(write.id, write.record, version: version)
    if let what = write.event {
      events.append(Event(at: write.provenance.at, who: write.provenance.who, what: what.rawValue))
      events = events.suffix(Self.maxEvents)
    }
  }

  mutating func set(_ id: StoreID, _ record: TokenRecord, version: Int64) {
    (self.id, self.record, self.version) = (id, record, version)
  }

  var texts: [String: String] {
    var texts: [String: String] = [:]
    texts["connection"] = id?.rawValue
    texts["version"] = version.map { String($0) }
    if let record, let text = try? canonicalJSON(record) {
      texts.merge(ChunkedText.of(text, "record")) { $1 }
    }
    if let text = try? canonicalJSON(events) { texts.merge(ChunkedText.of(text, "events")) { $1 } }
    if let consumers, let text = try? canonicalJSON(consumers) {
      texts.merge(ChunkedText.of(text, "consumers")) { $1 }
    }
    return texts
  }
}
