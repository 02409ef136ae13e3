import Encodings
import Model
import Secrets
import Stores

/// A secret's data: the setup's fields, and its type.
enum SetupData {
  /// No field has this name.
  static let type = "type"

  /// - Parameter present: the existing data, for fields that are kept or managed elsewhere.
  /// - Throws: `corrupt` if a field that is to be kept does not exist.
  static func json(_ write: StoreWrite, keeping present: JSONObject?) throws(StoreError) -> [UInt8]
  {
    var body = JSONWriter()
    try body.object { (body) throws(StoreError) in
      body.member(Self.type, write.setupType?.rawValue)
      for (field, value) in write.fields.sorted(by: { $0.key < $1.key }) {
        let raw = present?[field.rawValue]
        switch value {
        case .plain(let value):
          body.name(field.rawValue)
          body.value(value)
        case .secret(let secret, _):
          body.name(field.rawValue)
          try body.value(secret, of: field)
        case .keep:
          guard let raw else {
            throw .corrupt("field `\(field)`, which the write keeps, is missing")
          }
          body.name(field.rawValue)
          body.raw(raw)
        case .leave:
          guard let raw else { continue }
          body.name(field.rawValue)
          body.raw(raw)
        }
      }
    }
    return body.bytes
  }

  /// Whether the server's data is what was sent; the server formats numbers and escapes
  /// differently.
  static func isSame(_ sent: [UInt8], _ found: JSONObject) -> Bool {
    guard let sent = JSONObject(sent[...]), sent.members.count == found.members.count else {
      return false
    }
    return sent.members.allSatisfy { name, value in
      guard let other = found[name] else { return false }
      if case .number = JSONObject.plain(value) {
        return JSONObject.plain(value)?.isSame(as: JSONObject.plain(other)) ?? false
      }
      guard let mine = JSONObject.scalar(value), let theirs = JSONObject.scalar(other) else {
        return false
      }
      return mine.constantTimeEquals(theirs)
    }
  }
}

extension PlainValue {
  /// The server formats numbers differently: `1.50` as `1.5`.
  func isSame(as other: PlainValue?) -> Bool {
    if case .number(let mine) = self, case .number(let theirs) = other {
      return mine == theirs || Double(mine) == Double(theirs)
    }
    return self == other
  }
}
