import Encodings
import Foundation
import GitPlumbing
import Model

/// A ledger's files: `version`, `state.json`, `key.asc`, and one for each connection.
enum LedgerFiles {
  static let connections = "connections"
  private static let version = "version"
  private static let state = "state.json"
  private static let key = "key.asc"
  /// The version of the form of these files.
  private static let form = "1\n"

  /// Ids of the blobs of all files. An unchanged file keeps its blob; only the others are encoded and
  /// passed to `write`, since a run of many changes moves the ledger as often.
  static func blobs(
    of contents: LedgerContents, since old: LedgerContents, _ known: [String: String],
    write: (String) throws(GitError) -> String
  ) throws(GitError) -> [String: String] {
    var blobs: [String: String] = [:]
    func put(
      _ path: String, isSame: Bool, _ text: @autoclosure () -> String
    ) throws(GitError) {
      if isSame, let id = known[path] {
        blobs[path] = id
      } else {
        blobs[path] = try write(text())
      }
    }
    try put(version, isSame: true, form)
    try put(state, isSame: contents.state == old.state, text(contents.state))
    if let text = contents.key { try put(key, isSame: text == old.key, text) }
    for (name, entry) in contents.entries {
      try put(path(name), isSame: entry == old.entries[name], text(entry))
    }
    return blobs
  }

  static func read(
    _ path: String, _ bytes: [UInt8], into contents: inout LedgerContents
  ) throws(GitError) {
    let folder = connections + "/"
    switch path {
    case version:
      guard bytes == Array(form.utf8) else {
        throw GitError(words: "it was written by a newer vaultctl", status: 1)
      }
    case state: contents.state = try decoded(bytes, path)
    case key: contents.key = String(decoding: bytes, as: UTF8.self)
    case _ where path.hasPrefix(folder) && path.hasSuffix(".json"):
      let encoded = path.dropFirst(folder.count).dropLast(5)
      guard let name = String(encoded).removingPercentEncoding.flatMap({ ConnectionName($0) })
      else { throw GitError(words: "`\(path)` does not name a connection", status: 1) }
      contents.entries[name] = try decoded(bytes, path)
    default: break
    }
  }

  private static func path(_ name: ConnectionName) -> String {
    "\(connections)/\(percentEncoded(name.rawValue)).json"
  }

  private static func text(_ value: some Encodable) -> String {
    guard let text = try? canonicalJSON(value, isPretty: true) else {
      preconditionFailure("texts, numbers and lists can always be written as JSON")
    }
    return text + "\n"
  }

  private static func decoded<Value: Decodable>(
    _ bytes: [UInt8], _ path: String
  ) throws(GitError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw GitError(words: "`\(path)` cannot be read", status: 1)
    }
  }
}
