import Encodings
import Model
import Stores

/// The data of the authoritative secret of a connection's tokens; the tokens are JSON strings still.
struct TokenData {
  /// Of the connection that they were issued to; `nil` in the previous format, whose path has it.
  let id: StoreID?
  let record: TokenRecord
  let access: ArraySlice<UInt8>?
  let refresh: ArraySlice<UInt8>?

  /// A secret that was moved has this field alone, and is treated as missing.
  private static let moved = "moved"

  /// - Throws: `corrupt` if the data has another form.
  /// - Returns: `nil` for a secret that was moved.
  init?(_ data: JSONObject, at path: String) throws(StoreError) {
    if data[Self.moved] != nil { return nil }
    guard let text = data.text("record") else {
      throw .corrupt("the tokens at `\(path)` have another form")
    }
    id = data.text("connection").map { StoreID($0) }
    record = try StoredJSON.decoded(text)
    access = data["access"]
    refresh = data["refresh"]
  }

  init(
    _ id: StoreID, _ record: TokenRecord, access: ArraySlice<UInt8>?, refresh: ArraySlice<UInt8>?
  ) {
    (self.id, self.record, self.access, self.refresh) = (id, record, access, refresh)
  }

  /// The data after a write.
  init(_ write: TokenWrite, keeping present: TokenData?) throws(StoreError) {
    var access: ArraySlice<UInt8>?
    var refresh: ArraySlice<UInt8>?
    switch write.tokens {
    case .remove: break
    case .keep: (access, refresh) = (present?.access, present?.refresh)
    case .put(let newAccess, let newRefresh):
      var json = JSONWriter()
      try json.value(newAccess, of: "access_token")
      access = json.bytes[...]
      if let newRefresh {
        json = JSONWriter()
        try json.value(newRefresh, of: "refresh_token")
        refresh = json.bytes[...]
      }
    }
    self.init(write.id, write.record, access: access, refresh: refresh)
  }

  func json() throws(StoreError) -> [UInt8] {
    guard let text = try? canonicalJSON(record) else {
      throw .writeFailed("a record cannot be written as JSON")
    }
    var body = JSONWriter()
    body.object { body in
      body.member("connection", id?.rawValue)
      body.member("record", text)
      for (name, value) in [("access", access), ("refresh", refresh)] {
        guard let value else { continue }
        body.name(name)
        body.raw(value)
      }
    }
    return body.bytes
  }

  /// What a consumer gets: the access token, and when it ends.
  ///
  /// - Returns: `nil` without an access token.
  func consumerJSON() -> [UInt8]? {
    guard let access else { return nil }
    var body = JSONWriter()
    body.object { body in
      body.name("access_token")
      body.raw(access)
      body.member("expires_at", record.tokens?.expiry.time?.description)
    }
    return body.bytes
  }

  static func movedJSON(to path: String) -> [UInt8] { StoredJSON.object(moved, path) }
}
