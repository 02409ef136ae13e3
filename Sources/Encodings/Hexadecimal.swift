/// Lower-case hex digits, two per byte.
///
/// Inlinable, so that it is specialized for each caller's sequence: called through the generic entry,
/// a digest for each sealed value took 4 % of a plan.
@inlinable package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(bytes.underestimatedCount * 2)
  for byte in bytes {
    text.append(lowercaseDigit(byte >> 4))
    text.append(lowercaseDigit(byte & 15))
  }
  return String(decoding: text, as: UTF8.self)
}

/// The number that at most eight hex digits of either case write; `nil` for none, for more, or for
/// anything else, a sign included.
package func hexadecimalNumber(_ digits: some Collection<UInt8>) -> UInt32? {
  guard (1...8).contains(digits.count) else { return nil }
  var number: UInt32 = 0
  for digit in digits {
    guard let value = digit.hexadecimalValue else { return nil }
    number = number << 4 | UInt32(value)
  }
  return number
}

/// Whether a name is a prefix and that number of lower-case hex digits: such a name is random, and
/// nobody chooses it.
package func isHexadecimal(_ name: String, after prefix: String, digits count: Int) -> Bool {
  let digits = name.utf8.dropFirst(prefix.utf8.count)
  return name.utf8.starts(with: prefix.utf8) && digits.count == count
    && digits.allSatisfy { "0123456789abcdef".utf8.contains($0) }
}

@usableFromInline func lowercaseDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

func uppercaseDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}
