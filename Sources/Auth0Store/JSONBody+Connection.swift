import Model
import Stores

extension JSONBody {
  /// A connection as the API takes it.
  ///
  /// - Parameter isNew: with `app_id`, which a change must not have.
  static func connection(_ write: BackendWrite, isNew: Bool) throws(StoreError) -> [UInt8] {
    var body = JSONBody()
    body.put("{\"name\":")
    body.put(text: write.name.rawValue)
    if isNew {
      body.put(",\"app_id\":")
      body.put(text: write.app.rawValue.uppercased())
    }
    if let setup = write.setup {
      body.put(",\"setup\":{\"type\":")
      body.put(text: setup.type.rawValue.uppercased())
      for (field, value) in setup.fields.sorted(by: { $0.key < $1.key }) {
        body.put(",")
        body.put(text: field.rawValue)
        body.put(":")
        switch value {
        case .plain(let value): body.put(value)
        case .secret(let secret): try body.put(secret, of: field)
        }
      }
      body.put("}")
    }
    body.put("}")
    return body.bytes
  }
}
