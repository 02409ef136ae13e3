import FoundationEssentials
import Model
import Stores

/// What is kept beside the tokens: the record as of a version, and the last events.
struct TokenCopy {
  struct Event: Codable {
    let at: Timestamp
    let who: String
    let what: String
  }

  private static let maxEvents = 20

  private(set) var version: Int64?
  private(set) var record: TokenRecord?
  private(set) var events: [Event] = []

  init(_ custom: [String: String]) {
    version = custom["version"].flatMap { Int64($0) }
    record = Self.decoded(ChunkedText.text("record", in: custom))
    events = Self.decoded(ChunkedText.text("events", in: custom)) ?? []
  }

  private static func decoded<Value: Decodable>(_ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }

  mutating func set(_ write: TokenWrite, version: Int64) {
    self.version = version
    record = write.record
    if let what = write.event {
      events.append(Event(at: write.provenance.at, who: write.provenance.who, what: what.rawValue))
      events = events.suffix(Self.maxEvents)
    }
  }

  /// The copy belongs to tokens that were stored again.
  mutating func moved(to version: Int64) { self.version = version }

  var texts: [String: String] {
    var texts: [String: String] = [:]
    texts["version"] = version.map { String($0) }
    if let record, let text = try? canonicalJSON(record) {
      texts.merge(ChunkedText.of(text, "record")) { $1 }
    }
    if let text = try? canonicalJSON(events) { texts.merge(ChunkedText.of(text, "events")) { $1 } }
    return texts
  }
}
