private import Crypto
import Diagnostics
import Encodings

/// Marks by which a service knows a result again when its line has moved: the code, the file and
/// the message, with a number where these are the same twice.
struct Fingerprints {
  private var seen: [String: Int] = [:]

  mutating func next(_ diagnostic: Diagnostic) -> String {
    let parts = [diagnostic.code.rawValue, diagnostic.location?.file ?? "", diagnostic.message]
    let hash = hexadecimal(SHA256.hash(data: Array(parts.joined(separator: "\0").utf8)).prefix(8))
    seen[hash, default: 0] += 1
    return "\(hash):\(seen[hash] ?? 1)"
  }
}
