private import Crypto
import Encodings

/// SHA-256 of each file of a ledger but its proof, by path.
package struct LedgerDigests: Hashable, Sendable {
  private var digests: [String: String] = [:]

  package init() {}

  /// The digest of a file, in hex; `nil` if the ledger has no such file.
  subscript(path: String) -> String? { digests[path] }

  /// The paths, in ascending order.
  var paths: [String] { digests.keys.sorted() }

  package mutating func add(_ path: String, _ bytes: some Sequence<UInt8>) {
    digests[path] = Self.hash(Array(bytes))
  }

  mutating func keep(_ path: String, of other: LedgerDigests) { digests[path] = other[path] }

  /// One digest of all, in hex.
  package var combined: String {
    // No path has a line break, and all digests have one length.
    Self.hash(Array(digests.sorted { $0.key < $1.key }.map { "\($1) \($0)\n" }.joined().utf8))
  }

  private static func hash(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
}
