import Foundation
import Model
import TestSupport
import Testing

@Suite struct CanonicalWritingTests {
  private static let seed: UInt64 = .random(in: 0...UInt64.max)

  /// What is written is byte for byte what Foundation's encoder writes.
  @Test func writesTheSameBytesAsFoundation() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<500 {
      // A set has no order of its own.
      let record = RandomRecord.record(&random, mostScopes: 1)
      let expected = String(decoding: try encoder.encode(record), as: UTF8.self)
      #expect(canonicalJSON(record) == expected, "seed \(Self.seed)")
    }
  }

  @Test func scopesAreInOrder() throws {
    var random = SeededGenerator(seed: Self.seed)
    let record = AppliedRecord(
      storeID: "1", version: "1", app: "http", setupType: nil, fields: [:],
      scopes: ["write", "a:b", "read"], provenance: RandomRecord.provenance(&random))
    #expect(canonicalJSON(record).contains(#""scopes":["a:b","read","write"]"#))
  }

  @Test func everyControlCharacterIsEscaped() throws {
    for value in (0..<0x80).map({ String(Unicode.Scalar($0 as UInt8)) }) {
      let text = canonicalJSON(["key": value])
      let read = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
      #expect(read == ["key": value] && text.utf8.allSatisfy { $0 >= 0x20 })
    }
  }
}
