private import FoundationEssentials

/// What a store keeps as JSON of ours, and reads by the thousand.
package protocol CanonicallyDecodable: Decodable {
  /// `nil` for JSON in any other form than ours; that may still be right.
  init?(_ reader: inout CanonicalReader)
}

extension CanonicallyDecodable {
  /// Read straight from JSON as `canonicalJSON` writes it. Whatever else it may be, Foundation reads,
  /// or tells that it cannot be; that takes twenty times as long.
  package init(json text: String) throws {
    var reader = CanonicalReader(text)
    if let value = Self(&reader), reader.isAtEnd {
      self = value
    } else {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
  }
}

/// Goes through JSON that has no white space and, in what is read here, no escapes.
package struct CanonicalReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func takes(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  mutating func text() -> String? {
    guard takes(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      guard bytes[offset] != UInt8(ascii: "\\"), bytes[offset] >= 0x20 else { return nil }
      offset += 1
    }
    defer { offset += 1 }
    return offset < bytes.count ? String(decoding: bytes[start..<offset], as: UTF8.self) : nil
  }

  mutating func integer() -> Int64? {
    let start = offset
    _ = takes(UInt8(ascii: "-"))
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      offset += 1
    }
    return Int64(String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  mutating func boolean() -> Bool? {
    for (word, value) in [("true", true), ("false", false)]
    where bytes[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return value
    }
    return nil
  }

  /// The entries of an object, each read by `entry`, which tells whether it could be.
  mutating func object(_ entry: (String, inout CanonicalReader) -> Bool) -> Bool {
    guard takes(UInt8(ascii: "{")) else { return false }
    if takes(UInt8(ascii: "}")) { return true }
    repeat {
      guard let key = text(), takes(UInt8(ascii: ":")), entry(key, &self) else { return false }
    } while takes(UInt8(ascii: ","))
    return takes(UInt8(ascii: "}"))
  }

  mutating func texts() -> [String]? {
    guard takes(UInt8(ascii: "[")) else { return nil }
    var texts: [String] = []
    if takes(UInt8(ascii: "]")) { return texts }
    repeat {
      guard let text = text() else { return nil }
      texts.append(text)
    } while takes(UInt8(ascii: ","))
    return takes(UInt8(ascii: "]")) ? texts : nil
  }

  /// An enum's case as Swift codes it: an object of the case's name alone, with its values in it.
  fileprivate mutating func enumCase<Value>(
    _ value: (String, inout CanonicalReader) -> Value?
  ) -> Value? {
    var found: Value?
    let isWhole = object { name, reader in
      guard found == nil else { return false }
      found = value(name, &reader)
      return found != nil
    }
    return isWhole ? found : nil
  }

  /// The value without a name of a case.
  fileprivate mutating func only<Value>(_ value: (inout CanonicalReader) -> Value?) -> Value? {
    enumCase { name, reader in name == "_0" ? value(&reader) : nil }
  }
}

extension Dictionary: CanonicallyDecodable where Key == String, Value == String {
  package init?(_ reader: inout CanonicalReader) {
    var entries: [String: String] = [:]
    let isWhole = reader.object { key, reader in
      guard let text = reader.text() else { return false }
      return entries.updateValue(text, forKey: key) == nil
    }
    guard isWhole else { return nil }
    self = entries
  }
}

extension PlainValue: CanonicallyDecodable {
  package init?(_ reader: inout CanonicalReader) {
    let value = reader.enumCase { name, reader -> PlainValue? in
      switch name {
      case "string": reader.only { $0.text() }.map { .string($0) }
      case "number": reader.only { $0.text() }.map { .number($0) }
      case "boolean": reader.only { $0.boolean() }.map { .boolean($0) }
      default: nil
      }
    }
    guard let value else { return nil }
    self = value
  }
}

extension AppliedField {
  fileprivate init?(_ reader: inout CanonicalReader) {
    let value = reader.enumCase { name, reader -> AppliedField? in
      switch name {
      case "plain": reader.only { PlainValue(&$0) }.map { .plain($0) }
      case "sealed": Self.sealed(&reader)
      default: nil
      }
    }
    guard let value else { return nil }
    self = value
  }

  private static func sealed(_ reader: inout CanonicalReader) -> AppliedField? {
    var texts: [String: String] = [:]
    let isWhole = reader.object { key, reader in
      guard ["ciphertext", "value", "version"].contains(key) else { return false }
      texts[key] = reader.text()
      return texts[key] != nil
    }
    guard isWhole, let ciphertext = texts["ciphertext"] else { return nil }
    return .sealed(
      ciphertext: CiphertextDigest(ciphertext), value: texts["value"].map { KeyedDigest($0) },
      version: texts["version"].map { StoreVersion($0) })
  }
}

extension AppliedRecord: CanonicallyDecodable {
  package convenience init?(_ reader: inout CanonicalReader) {
    var texts: [String: String] = [:]
    var fields: [FieldName: AppliedField] = [:]
    var labels: [String: String]?
    var scopes: Set<Scope>?
    var preventsDestroy = false
    var provenance: Provenance?
    let isWhole = reader.object { key, reader in
      switch key {
      case "storeID", "version", "app", "setupType":
        texts[key] = reader.text()
        return texts[key] != nil
      case "fields":
        return reader.object { name, reader in
          guard let field = AppliedField(&reader) else { return false }
          fields[FieldName(name)] = field
          return true
        }
      case "labels":
        labels = [String: String](&reader)
        return labels != nil
      case "scopes":
        scopes = reader.texts().map { Set($0.map { Scope($0) }) }
        return scopes != nil
      case "preventsDestroy":
        guard let value = reader.boolean() else { return false }
        preventsDestroy = value
        return true
      case "provenance":
        provenance = Provenance(&reader)
        return provenance != nil
      default: return false
      }
    }
    guard isWhole, let storeID = texts["storeID"], let version = texts["version"],
      let app = texts["app"], let labels, let provenance
    else { return nil }
    self.init(
      storeID: StoreID(storeID), version: StoreVersion(version), app: AppID(app),
      setupType: texts["setupType"].map { SetupType($0) }, fields: fields, labels: labels,
      scopes: scopes, preventsDestroy: preventsDestroy, provenance: provenance)
  }
}

extension Provenance {
  fileprivate init?(_ reader: inout CanonicalReader) {
    var texts: [String: String] = [:]
    var at: Int64?
    let isWhole = reader.object { key, reader in
      if key == "at" {
        at = reader.integer()
        return at != nil
      }
      guard ["who", "toolVersion", "commit"].contains(key) else { return false }
      texts[key] = reader.text()
      return texts[key] != nil
    }
    guard isWhole, let at, let who = texts["who"], let toolVersion = texts["toolVersion"] else {
      return nil
    }
    self.init(
      who: who, at: Timestamp(milliseconds: at), toolVersion: toolVersion, commit: texts["commit"])
  }
}
