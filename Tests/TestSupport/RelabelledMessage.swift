package import Foundation

/// A message in which the key packet of one key has the id of another; ids are 16 hex digits.
package func relabelled(_ message: Data, from old: String, to new: String) throws -> Data {
  // A key packet's body is its version, 3, and the id (RFC 9580 section 5.1).
  guard let range = message.firstRange(of: Data([3]) + bytes(old)) else {
    throw GPGHome.Failure(message: "no key packet for \(old)")
  }
  return message[..<range.lowerBound] + Data([3]) + bytes(new) + message[range.upperBound...]
}

private func bytes(_ id: String) -> Data {
  let digits = Array(id)
  var bytes = Data()
  for index in stride(from: 0, to: digits.count, by: 2) {
    bytes.append(UInt8(String(digits[index...index + 1]), radix: 16) ?? 0)
  }
  return bytes
}
