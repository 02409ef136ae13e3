import Foundation
import Model
import TestSupport
import Testing

@Suite struct CanonicalReadingTests {
  private static let seed: UInt64 = .random(in: 0...UInt64.max)

  private func text(_ random: inout SeededGenerator) -> String {
    let texts = ["", "a", "ü/é", "\"quoted\"", "back\\slash", "line\nbreak", "{}[],:", "🔑", "1"]
    return (texts.randomElement(using: &random) ?? "") + (texts.randomElement(using: &random) ?? "")
  }

  private func plain(_ random: inout SeededGenerator) -> PlainValue {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: .string(text(&random))
    case 1: .number("12.50")
    default: .boolean(Bool.random(using: &random))
    }
  }

  private func record(_ random: inout SeededGenerator) -> AppliedRecord {
    var fields: [FieldName: AppliedField] = [:]
    for _ in 0..<Int.random(in: 0..<4, using: &random) {
      let isPlain = Bool.random(using: &random)
      fields[FieldName(text(&random))] =
        isPlain
        ? .plain(plain(&random))
        : .sealed(
          ciphertext: CiphertextDigest(text(&random)),
          value: Bool.random(using: &random) ? KeyedDigest(text(&random)) : nil,
          version: Bool.random(using: &random) ? StoreVersion(text(&random)) : nil)
    }
    let isBare = Bool.random(using: &random)
    return AppliedRecord(
      storeID: StoreID(text(&random)), version: StoreVersion(text(&random)),
      app: AppID(text(&random)), setupType: isBare ? nil : SetupType(text(&random)),
      fields: fields, labels: isBare ? [:] : ["team": text(&random), "b": text(&random)],
      scopes: isBare ? nil : [Scope(text(&random)), "a:b"],
      preventsDestroy: Bool.random(using: &random),
      provenance: Provenance(
        who: text(&random), at: Timestamp(milliseconds: Int64.random(in: -9...9, using: &random)),
        toolVersion: "0.1.0", commit: isBare ? nil : text(&random)))
  }

  @Test func readsWhatWasWritten() throws {
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<500 {
      let record = record(&random)
      #expect(try AppliedRecord(json: canonicalJSON(record)) == record, "seed \(Self.seed)")
      let value = plain(&random)
      #expect(try PlainValue(json: canonicalJSON(value)) == value, "seed \(Self.seed)")
    }
  }

  /// Whatever became of a text, it is read as Foundation reads it, or refused as that does.
  @Test func readsWhatIsDamagedAsFoundationDoes() throws {
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<300 {
      var bytes = Array(try canonicalJSON(record(&random)).utf8)
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(UInt8(ascii: " "), at: place)
      default: bytes[place] = UInt8.random(in: 0x20..<0x7F, using: &random)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let expected = try? JSONDecoder().decode(AppliedRecord.self, from: Data(text.utf8))
      #expect((try? AppliedRecord(json: text)) == expected, "seed \(Self.seed): \(text)")
    }
  }
}
