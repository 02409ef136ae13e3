private import Crypto
package import Diagnostics
import Encodings

/// Fingerprints by which a service recognizes a result whose line has moved: the code, the file and
/// the message, with a number if these repeat.
package struct Fingerprints {
  private var seen: [String: Int] = [:]

  package init() {}

  package mutating func next(_ diagnostic: Diagnostic) -> String {
    let parts = [diagnostic.code.rawValue, diagnostic.location?.file ?? "", diagnostic.message]
    let hash = hexadecimal(SHA256.hash(data: Array(parts.joined(separator: "\0").utf8)).prefix(8))
    seen[hash, default: 0] += 1
    return "\(hash):\(seen[hash] ?? 1)"
  }
}
