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
    var body = JSONBody()
    body.put("{\"record\":")
    guard let text = try? canonicalJSON(write.record) else {
      throw .writeFailed("a record cannot be written as JSON")
    }
    body.put(text: text)
    switch write.tokens {
    case .remove: break
    case .keep:
      for (name, value) in [("access", present?.access), ("refresh", present?.refresh)] {
        guard let value else { continue }
        body.put(",\"\(name)\":")
        body.put(raw: value)
      }
    case .put(let access, let refresh):
      body.put(",\"access\":")
      try body.put(access, of: "access_token")
      if let refresh {
        body.put(",\"refresh\":")
        try body.put(refresh, of: "refresh_token")
      }
    }
    body.put("}")
    return body.bytes
  }
}
