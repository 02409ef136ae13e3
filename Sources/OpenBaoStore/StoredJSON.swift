import Encodings
import FoundationEssentials
import Model
import Stores

/// Our records in the engine: an object with one text, which is JSON itself.
enum StoredJSON {
  static func encoded(_ key: String, _ value: some Encodable) throws(StoreError) -> [UInt8] {
    do {
      return object(key, try canonicalJSON(value))
    } catch {
      throw .writeFailed("a record cannot be written as JSON")
    }
  }

  static func decoded<Value: Decodable>(_ text: String) throws(StoreError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw .corrupt("a record in the store cannot be read")
    }
  }

  /// An object with one text, which is not secret.
  static func object(_ key: String, _ text: String) -> [UInt8] {
    var body = JSONWriter()
    body.object { $0.member(key, text) }
    return body.bytes
  }
}
