import Encodings
import Model
import Stores

/// The data of a tokens' secret; the tokens are JSON strings still.
struct TokenData {
  let record: TokenRecord
  let access: ArraySlice<UInt8>?
  let refresh: ArraySlice<UInt8>?

  static func json(
    _ write: TokenWrite, keeping present: TokenData?
  ) throws(StoreError) -> [UInt8] {
    guard let text = try? canonicalJSON(write.record) else {
      throw .writeFailed("a record cannot be written as JSON")
    }
    var body = JSONWriter()
    try body.object { (body) throws(StoreError) in
      body.member("record", text)
      switch write.tokens {
      case .remove: break
      case .keep:
        for (name, value) in [("access", present?.access), ("refresh", present?.refresh)] {
          guard let value else { continue }
          body.name(name)
          body.raw(value)
        }
      case .put(let access, let refresh):
        body.name("access")
        try body.value(access, of: "access_token")
        if let refresh {
          body.name("refresh")
          try body.value(refresh, of: "refresh_token")
        }
      }
    }
    return body.bytes
  }
}
