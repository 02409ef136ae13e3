import Encodings
import Foundation
package import Model
import Stores

/// A ledger's files: `version`, `state.json`, `key.asc`, `proof.json`, and one for each connection.
package enum LedgerFiles {
  static let connections = "connections"
  static let version = "version"
  package static let state = "state.json"
  package static let key = "key.asc"
  package static let proof = "proof.json"

  package static func path(_ name: ConnectionName) -> String {
    "\(connections)/\(percentEncoded(name.rawValue)).json"
  }

  /// Whether the proof covers a file. Those of a newer version that nothing here reads are covered too.
  static func isProven(_ path: String) -> Bool { path != version && path != proof }

  /// The text of `version`. Programs that know no proofs read 1 only, so that none of them writes
  /// over a state that has one.
  static func form(hasProof: Bool) -> String { hasProof ? "2\n" : "1\n" }

  /// - Throws: `tooNew` for a version that is not known here, so `version` is to be read first: the
  ///   other files may have another form.
  static func read(
    _ path: String, _ bytes: [UInt8], into contents: inout LedgerContents
  ) throws(StoreError) {
    let folder = connections + "/"
    switch path {
    case version:
      guard [false, true].contains(where: { bytes == Array(form(hasProof: $0).utf8) }) else {
        throw .tooNew("the format of its ledger is newer than this version of vaultctl")
      }
    case state: contents.state = try decoded(bytes, path)
    case key: contents.key = String(decoding: bytes, as: UTF8.self)
    case proof: contents.proof = try decoded(bytes, path)
    case _ where path.hasPrefix(folder) && path.hasSuffix(".json"):
      let encoded = path.dropFirst(folder.count).dropLast(5)
      guard let name = String(encoded).removingPercentEncoding.flatMap({ ConnectionName($0) })
      else { throw .ledgerFailed("`\(path)` does not name a connection") }
      contents.entries[name] = try decoded(bytes, path)
    default: break
    }
  }

  private static func decoded<Value: Decodable>(
    _ bytes: [UInt8], _ path: String
  ) throws(StoreError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw .ledgerFailed("`\(path)` cannot be read")
    }
  }
}
