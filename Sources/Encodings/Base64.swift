/// Base64 (RFC 4648 section 4) and its form for URLs (section 5, without padding).
///
/// Foundation's coder is not used, because armor is decoded by the line in one pass, without a copy of
/// the text, and because the pure core imports no Foundation.
package enum Base64 {
  fileprivate static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// The letters' numbers; 255 for any other byte.
  fileprivate static let numbers: [UInt8] = letters.enumerated().reduce(
    into: Array(repeating: 255, count: 256)
  ) { $0[Int($1.element)] = UInt8($1.offset) }

  /// Padded text.
  package static func encoded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.underestimatedCount + 2) / 3 * 4)
    var group = 0
    var count = 0
    for byte in bytes {
      group = group << 8 | Int(byte)
      count += 1
      if count == 3 {
        append(group, bytes: 3, to: &text)
        group = 0
        count = 0
      }
    }
    if count > 0 { append(group << (8 * (3 - count)), bytes: count, to: &text) }
    return text
  }

  private static func append(_ group: Int, bytes count: Int, to text: inout [UInt8]) {
    for index in 0..<4 {
      text.append(
        index <= count ? letters[group >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
    }
  }

  package static func urlEncoded(_ bytes: some Sequence<UInt8>) -> String {
    let text = encoded(bytes).compactMap { letter -> UInt8? in
      switch letter {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: letter
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: `nil` for anything but whole base64url.
  package static func urlDecoded(_ text: some StringProtocol) -> [UInt8]? {
    var letters: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "-"): letters.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): letters.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"): return nil
      default: letters.append(byte)
      }
    }
    letters += Array(repeating: UInt8(ascii: "="), count: (4 - letters.count % 4) % 4)
    var decoder = Base64Decoder(capacity: letters.count / 4 * 3)
    guard decoder.decode(letters.span, 0..<letters.count), decoder.isComplete else { return nil }
    return decoder.bytes
  }
}

/// Decodes padded base64 that comes in pieces, such as lines.
package struct Base64Decoder {
  package private(set) var bytes: [UInt8] = []
  private var bits: UInt32 = 0
  private var count = 0
  private var padding = 0

  package init(capacity: Int) { bytes.reserveCapacity(capacity) }

  /// Whether the pieces so far end with a whole group of four characters.
  package var isComplete: Bool { count == 0 }

  /// - Returns: whether every byte is allowed at its position.
  package mutating func decode(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let numbers = Base64.numbers
    var start = range.lowerBound
    // Nearly all of it is whole groups of letters.
    while count == 0, padding == 0, start + 4 <= range.upperBound {
      var group: UInt32 = 0
      var marks: UInt8 = 0
      for index in start..<start + 4 {
        let number = numbers[Int(text[index])]
        marks |= number
        group = group << 6 | UInt32(number & 63)
      }
      if marks >= 64 { break }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      bytes.append(UInt8(truncatingIfNeeded: group))
      start += 4
    }
    for index in start..<range.upperBound {
      let number = numbers[Int(text[index])]
      if number < 64, padding == 0 {
        bits = bits << 6 | UInt32(number)
      } else if text[index] == UInt8(ascii: "="), count >= 2 {
        bits <<= 6
        padding += 1
      } else {
        return false
      }
      count += 1
      if count == 4 {
        bytes.append(UInt8(bits >> 16 & 0xFF))
        if padding < 2 { bytes.append(UInt8(bits >> 8 & 0xFF)) }
        if padding < 1 { bytes.append(UInt8(bits & 0xFF)) }
        count = 0
      }
    }
    return true
  }
}
