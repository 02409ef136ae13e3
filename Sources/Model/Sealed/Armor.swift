private import FoundationEssentials

/// ASCII armor (RFC 9580 section 6.2): base64 between a header and a footer line.
enum Armor {
  static let header = "-----BEGIN PGP MESSAGE-----"
  private static let footer = "-----END PGP MESSAGE-----"

  /// The packets inside, or what is wrong with the armor. The CRC-24 is checked where it is there.
  static func decoded(_ text: String) throws(MalformedMessage) -> [UInt8] {
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
      .map { $0.trimmingSuffix { $0 == " " || $0 == "\t" } }[...]
    lines = lines.drop { $0.isEmpty }
    guard lines.popFirst().map(String.init) == header else { throw .noHeader }
    guard let end = lines.firstIndex(where: { $0 == footer }) else { throw .noFooter }
    guard lines[(end + 1)...].allSatisfy(\.isEmpty) else { throw .textAfterFooter }
    guard let blank = lines[..<end].firstIndex(where: { $0.isEmpty }) else { throw .noBlankLine }

    var body = lines[(blank + 1)..<end]
    var checksum: Substring?
    if let last = body.last(where: { !$0.isEmpty }), last.first == "=", last.count == 5 {
      checksum = last.dropFirst()
      body = body[..<(body.lastIndex { !$0.isEmpty } ?? body.endIndex)]
    }
    guard let packets = Data(base64Encoded: body.joined()), !packets.isEmpty else {
      throw .badBase64
    }
    if let checksum {
      guard let sum = Data(base64Encoded: String(checksum)), sum.count == 3,
        sum.reduce(0, { $0 << 8 | UInt32($1) }) == crc24(packets)
      else { throw .badChecksum }
    }
    return Array(packets)
  }

  /// RFC 9580 section 6.1.1.
  private static func crc24(_ bytes: Data) -> UInt32 {
    var crc: UInt32 = 0xB7_04CE
    for byte in bytes {
      crc ^= UInt32(byte) << 16
      for _ in 0..<8 {
        crc <<= 1
        if crc & 0x100_0000 != 0 { crc ^= 0x186_4CFB }
      }
    }
    return crc & 0xFF_FFFF
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, drop(self[index(before: end)]) { end = index(before: end) }
    return self[startIndex..<end]
  }
}
