import Model
import TestSupport

/// Records with all that may stand in them, and characters that JSON escapes.
enum RandomRecord {
  private static func text(_ random: inout SeededGenerator) -> String {
    let texts = ["", "a", "ü/é", "\"quoted\"", "back\\slash", "line\nbreak", "{}[],:", "🔑", "1"]
    return (texts.randomElement(using: &random) ?? "") + (texts.randomElement(using: &random) ?? "")
  }

  static func plain(_ random: inout SeededGenerator) -> PlainValue {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: .string(text(&random))
    case 1: .number("12.50")
    default: .boolean(Bool.random(using: &random))
    }
  }

  static func record(
    _ random: inout SeededGenerator, mostScopes: Int = 2
  ) -> AppliedRecord {
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
      scopes: isBare ? nil : Set([Scope(text(&random)), "a:b"].prefix(mostScopes)),
      destinations: isBare ? nil : [Destination(text(&random))],
      preventsDestroy: Bool.random(using: &random),
      provenance: provenance(&random))
  }

  static func provenance(_ random: inout SeededGenerator) -> Provenance {
    let names = ["a", "ü"].compactMap { ConnectionName($0) }
    return Provenance(
      who: text(&random), at: Timestamp(milliseconds: Int64.random(in: -9...9, using: &random)),
      toolVersion: "0.1.0", commit: Bool.random(using: &random) ? nil : text(&random),
      allowedRedirects: Bool.random(using: &random) ? [] : names,
      rolledBackTo: Bool.random(using: &random) ? nil : StoreVersion(text(&random)))
  }
}
