import Crypto
import Encodings
import Foundation
import Ledgers
import Model
import Stores

/// Remembers what was seen of a ledger in a file of the user's state folder.
struct LedgerMemoryFile: LedgerMemory {
  private let path: String

  /// - Parameters:
  ///   - place: the real path of the repository or file that has the ledger.
  ///   - name: of the ledger.
  init(_ place: String, name: String, environment: [String: String]) {
    let id = hexadecimal(SHA256.hash(data: Array("\(place)\0\(name)".utf8)))
    path = StateFolder(environment: environment).path + "/ledgers/\(id).json"
  }

  func sighting() throws(StoreError) -> LedgerSighting? {
    do throws(StateFolder.Unsafe) {
      guard let bytes = try StateFolder.bytes(path) else { return nil }
      // What cannot be read says nothing; a kill leaves no half of it.
      return try? JSONDecoder().decode(LedgerSighting.self, from: bytes)
    } catch {
      throw .ledgerFailed("`\(path)` could have been written by another user")
    }
  }

  func remember(_ sighting: LedgerSighting) {
    guard let bytes = try? canonicalJSON(sighting), (try? StateFolder.makeFolder(of: path)) != nil
    else { return }
    try? PrivateFile(path).replace(with: Array(bytes.utf8))
  }

  func forget() throws(StoreError) {
    guard unsafe unlink(path) != 0, errno != ENOENT else { return }
    throw .ledgerFailed("`\(path)` cannot be removed")
  }
}
