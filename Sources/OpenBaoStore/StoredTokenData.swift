import Model

/// Tokens as they were read.
struct StoredTokenData {
  let data: TokenData
  let version: Int64
  /// The metadata beside them; `nil` if the server does not return it with data.
  let custom: [String: String]?

  /// Whether tokens that were issued to `id` are those of the connection `other` called `name`.
  ///
  /// A connection loses its id with its metadata (`bao kv metadata put`), and has none until it is
  /// applied; its tokens stay its own.
  static func isSame(_ id: StoreID?, as other: StoreID, named name: ConnectionName) -> Bool {
    guard let id else { return false }
    let byName = StoreID.byName(name)
    return id == other || id == byName || other == byName
  }

  func areOf(_ id: StoreID, named name: ConnectionName) -> Bool {
    Self.isSame(data.id, as: id, named: name)
  }
}
