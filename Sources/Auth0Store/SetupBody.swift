import Encodings
import Model
import Stores

/// The bodies of the API's requests.
enum SetupBody {
  /// A connection in a request to the API.
  ///
  /// - Parameter isNew: includes `app_id`, which an update must not have.
  static func connection(_ write: BackendWrite, isNew: Bool) throws(StoreError) -> [UInt8] {
    var body = JSONWriter()
    try body.object { (body) throws(StoreError) in
      body.member("name", write.name.rawValue)
      if isNew { body.member("app_id", write.app.rawValue.uppercased()) }
      guard let setup = write.setup else { return }
      body.name("setup")
      try body.object { (body) throws(StoreError) in
        body.member("type", setup.type.rawValue.uppercased())
        for (field, value) in setup.fields.sorted(by: { $0.key < $1.key }) {
          body.name(field.rawValue)
          switch value {
          case .plain(let value): body.value(value)
          case .secret(let secret): try body.value(secret, of: field)
          }
        }
      }
    }
    return body.bytes
  }
}
