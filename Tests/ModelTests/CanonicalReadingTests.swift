import Foundation
import Model
import TestSupport
import Testing

@Suite struct CanonicalReadingTests {
  private static let seed: UInt64 = .random(in: 0...UInt64.max)

  @Test func readsItsOwnOutput() throws {
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<500 {
      let record = RandomRecord.record(&random)
      #expect(try AppliedRecord(json: canonicalJSON(record)) == record, "seed \(Self.seed)")
      let value = RandomRecord.plain(&random)
      #expect(try PlainValue(json: canonicalJSON(value)) == value, "seed \(Self.seed)")
    }
  }

  /// Whatever became of a text, it is read as Foundation reads it, or refused as that does.
  @Test func readsDamagedTextAsFoundationDoes() throws {
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<300 {
      var bytes = Array(canonicalJSON(RandomRecord.record(&random)).utf8)
      let location = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.remove(at: location)
      case 1: bytes.insert(UInt8(ascii: " "), at: location)
      default: bytes[location] = UInt8.random(in: 0x20..<0x7F, using: &random)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let expected = try? JSONDecoder().decode(AppliedRecord.self, from: Data(text.utf8))
      #expect((try? AppliedRecord(json: text)) == expected, "seed \(Self.seed): \(text)")
    }
  }
}
