import Encodings
import Foundation
import Model
package import Stores

extension OpenBaoBackend {
  /// Tokens in our folders that no connection of ours has.
  package func strayTokens() async throws(StoreError) -> [StrayTokens] {
    let (own, former) = try await tokenLists()
    let entries = try await readEntries().filter { $0.value.metadata.isThere && isOurs($0.value) }
    let ids = Set(entries.map { $0.value.id(named: $0.key) })
    var found: [StrayTokens] = []
    for (key, metadata) in own {
      // A key that we would write in another way is not ours.
      guard let name = ReadableKey.name(key), metadata.isThere else { continue }
      let there = try await storedRecord(paths.refreshToken(name), metadata)
      let id = there?.id
      if let entry = entries[name] {
        // What cannot be read concerns the connection of the name.
        guard let id, !StoredTokenData.isSame(id, as: entry.id(named: name), named: name) else {
          continue
        }
      }
      found.append(
        StrayTokens(
          key: name.rawValue, name: name, id: id ?? StoreID(name.rawValue),
          version: metadata.current, record: there?.record))
    }
    for (key, metadata) in former {
      guard let id = key.removingPercentEncoding.map({ StoreID($0) }), KVPaths.key(id) == key,
        !ids.contains(id), metadata.isThere
      else { continue }
      let there = try await storedRecord(paths.tokens(id), metadata)
      found.append(
        StrayTokens(
          key: id.rawValue, name: nil, id: id, version: metadata.current, record: there?.record))
    }
    return found.sorted { $0.key < $1.key }
  }

  private func isOurs(_ entry: ConnectionEntry) -> Bool {
    guard let owner, let other = entry.record?.owner else { return true }
    return owner.isSame(as: other)
  }

  package func forget(_ stray: StrayTokens) async throws(StoreError) {
    let path = stray.name.map { paths.refreshToken($0) } ?? paths.tokens(stray.id)
    guard let metadata = try await engine.metadata(path) else { return }
    guard metadata.current == stray.version else {
      throw .refused("the tokens of `\(stray.key)` have changed since they were listed")
    }
    if let name = stray.name { try await engine.destroy(paths.accessToken(name)) }
    try await engine.destroy(path)
  }
}
