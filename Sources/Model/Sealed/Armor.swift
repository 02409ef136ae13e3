import Encodings

/// ASCII armor (RFC 9580 section 6.2): base64 between a header and a footer line.
enum Armor {
  static let header = "-----BEGIN PGP MESSAGE-----"
  private static let footer = "-----END PGP MESSAGE-----"
  private static let lineLength = 64

  /// The packets inside, or what is wrong with the armor. The CRC-24 is checked if it is there.
  static func decoded(_ text: String) throws(MalformedMessage) -> [UInt8] {
    try decoded(text.utf8.span)
  }

  /// One pass over the lines: header, key-value lines up to a blank one, base64, checksum, footer.
  private static func decoded(_ text: Span<UInt8>) throws(MalformedMessage) -> [UInt8] {
    var lines = ArmorLines()
    var first = lines.next(in: text)
    while let line = first, line.isEmpty { first = lines.next(in: text) }
    guard let first, text.holds(header, at: first) else { throw .noHeader }
    while let line = lines.next(in: text), !line.isEmpty {
      if text.holds(footer, at: line) { throw .noBlankLine }
    }
    var body = Base64Decoder(capacity: text.count / 4 * 3)
    var checksum: Range<Int>?
    while true {
      guard let line = lines.next(in: text) else { throw .noFooter }
      if line.isEmpty { continue }
      if text.holds(footer, at: line) { break }
      // What follows a checksum is no base64 either.
      guard checksum == nil else { throw .badBase64 }
      if line.count == 5, text[line.lowerBound] == UInt8(ascii: "=") {
        checksum = line.lowerBound + 1..<line.upperBound
      } else {
        guard body.decode(text, line) else { throw .badBase64 }
      }
    }
    while let line = lines.next(in: text) {
      guard line.isEmpty else { throw .textAfterFooter }
    }
    guard body.isComplete, !body.bytes.isEmpty else { throw .badBase64 }
    if let checksum {
      var sum = Base64Decoder(capacity: 3)
      guard sum.decode(text, checksum), sum.bytes.count == 3,
        sum.bytes.reduce(0, { $0 << 8 | UInt32($1) }) == crc24(body.bytes)
      else { throw .badChecksum }
    }
    return body.bytes
  }

  /// Packets as gpg writes them out.
  static func encoded(_ packets: [UInt8]) -> String {
    var text = Array("\(header)\n\n".utf8)
    text.reserveCapacity(packets.count / 3 * 4 + packets.count / 48 + 100)
    for start in stride(from: 0, to: packets.count, by: lineLength / 4 * 3) {
      text += Base64.encoded(packets[start..<min(start + lineLength / 4 * 3, packets.count)])
      text.append(0x0A)
    }
    let sum = crc24(packets)
    text.append(UInt8(ascii: "="))
    text += Base64.encoded([UInt8(sum >> 16), UInt8(sum >> 8 & 0xFF), UInt8(sum & 0xFF)])
    text += "\n\(footer)\n".utf8
    return String(decoding: text, as: UTF8.self)
  }

  /// RFC 9580 section 6.1.1, three bytes at a time: what each of them comes to is looked up apart, so
  /// that no lookup waits for the one before it.
  private static func crc24(_ bytes: [UInt8]) -> UInt32 {
    let table = crcTable
    var crc: UInt32 = 0xB7_04CE
    var index = 0
    while index + 3 <= bytes.count {
      let first = UInt32(bytes[index]) << 16
      let second = UInt32(bytes[index + 1]) << 8
      let mixed = crc ^ first ^ second ^ UInt32(bytes[index + 2])
      crc =
        table[512 + Int(mixed >> 16)] ^ table[256 + Int(mixed >> 8 & 0xFF)]
        ^ table[Int(mixed & 0xFF)]
      index += 3
    }
    for byte in bytes[index...] {
      crc = (crc << 8 & 0xFF_FFFF) ^ table[Int(crc >> 16 ^ UInt32(byte))]
    }
    return crc
  }

  /// The checksum of a byte with none, one and two zero bytes after it, 256 of each.
  private static let crcTable: [UInt32] = (1...3).flatMap { (bytes: Int) -> [UInt32] in
    (0..<256).map { (index: UInt32) -> UInt32 in
      var crc = index << 16
      for _ in 0..<8 * bytes {
        let shifted = crc << 1
        crc = shifted & 0x100_0000 == 0 ? shifted : shifted ^ 0x186_4CFB
      }
      return crc
    }
  }
}

/// Lines without their breaks and without blanks at their ends.
private struct ArmorLines {
  private var offset = 0

  /// `nil` after the last line; a text that ends with a break has an empty last line.
  mutating func next(in text: Span<UInt8>) -> Range<Int>? {
    guard offset <= text.count else { return nil }
    let start = offset
    var end = start
    while end < text.count, text[end] != 0x0A, text[end] != 0x0D { end += 1 }
    let isPair =
      end + 1 < text.count && text[end] == 0x0D && text[end + 1] == 0x0A
    offset = end + (isPair ? 2 : 1)
    while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }
}

extension Span<UInt8> {
  fileprivate func holds(_ text: String, at range: Range<Int>) -> Bool {
    let other = text.utf8.span
    guard other.count == range.count else { return false }
    for index in other.indices where self[range.lowerBound + index] != other[index] {
      return false
    }
    return true
  }
}
