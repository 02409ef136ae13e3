/// The outer packets of an encrypted message (RFC 9580 section 4.2): its addresses.
///
/// They are claims: nothing protects them, and anyone can give a packet the id of another key.
struct MessagePackets {
  /// Session key packets in one message. gpg tries the private key on each that has its id.
  static let maxKeyPackets = 100
  /// Those of hidden recipients, on which gpg tries every private key.
  static let maxHidden = 10

  /// Of each session key packet in front of the encrypted one: the key that it names, 64 bits;
  /// 0 for a hidden recipient.
  private(set) var keyIDs: [UInt64] = []
  /// Where each of those packets is, header included.
  private(set) var publicKeyPackets: [Range<Int>] = []
  /// Session key packets for a passphrase (RFC 9580 section 5.3).
  private(set) var passphraseCount = 0
  /// Where the encrypted packet starts; the message ends with it.
  private(set) var encryptedStart = 0
  /// Those packets, if nothing else comes before the encrypted one and all have version 3.
  private(set) var keyPackets: Range<Int>?
  /// The encrypted bytes of a packet with a definite length that is integrity protected in the way
  /// of RFC 4880 section 5.13.
  private(set) var ciphertext: Range<Int>?

  private enum Tag {
    static let publicKeySession: UInt8 = 1
    static let symmetricSession: UInt8 = 3
    static let unprotected: UInt8 = 9
    static let marker: UInt8 = 10
    static let integrityProtected: UInt8 = 18
    static let authenticated: UInt8 = 20
  }

  init(_ bytes: [UInt8]) throws(MalformedMessage) {
    var reader = PacketReader(bytes)
    var isPlainlyKeyed = true
    while true {
      let start = reader.offset
      guard let packet = try reader.next() else { throw .badPackets }
      switch packet.tag {
      case Tag.publicKeySession:
        keyIDs.append(try Self.keyID(bytes, packet.body))
        publicKeyPackets.append(start..<reader.offset)
        isPlainlyKeyed = isPlainlyKeyed && bytes[packet.body.lowerBound] == 3
      case Tag.symmetricSession:
        passphraseCount += 1
        isPlainlyKeyed = false
      case Tag.marker: isPlainlyKeyed = false
      case Tag.integrityProtected, Tag.authenticated:
        guard !keyIDs.isEmpty else { throw .notEncryptedToKeys }
        guard reader.offset == bytes.count else { throw .badPackets }
        encryptedStart = start
        if isPlainlyKeyed { keyPackets = 0..<start }
        if packet.tag == Tag.integrityProtected, packet.isWhole, packet.body.count > 1,
          bytes[packet.body.lowerBound] == 1
        {
          ciphertext = packet.body.dropFirst()
        }
        return
      case Tag.unprotected: throw .notIntegrityProtected
      default: throw .notEncryptedToKeys
      }
      guard keyIDs.count + passphraseCount <= Self.maxKeyPackets,
        keyIDs.count(where: { $0 == 0 }) <= Self.maxHidden
      else { throw .tooManyKeyPackets }
    }
  }

  /// Version 3 names the key by its id; version 6 by version and fingerprint, whose first eight
  /// (v6) or last eight (v4) bytes are the id.
  private static func keyID(
    _ bytes: [UInt8], _ body: Range<Int>
  ) throws(MalformedMessage) -> UInt64 {
    let start = body.lowerBound
    func number(at offset: Int) -> UInt64 {
      bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard !body.isEmpty else { throw .badPackets }
    switch bytes[start] {
    case 3:
      guard body.count > 9 else { throw .badPackets }
      return number(at: start + 1)
    case 6:
      guard body.count > 2, body.count > 2 + Int(bytes[start + 1]) else { throw .badPackets }
      if bytes[start + 1] == 0 { return 0 }
      let fingerprint = start + 3..<start + 2 + Int(bytes[start + 1])
      guard fingerprint.count >= 20 else { throw .badPackets }
      return number(
        at: bytes[start + 2] == 6 ? fingerprint.lowerBound : fingerprint.upperBound - 8)
    default: throw .badPackets
    }
  }
}

/// Packet after packet, by their headers.
private struct PacketReader {
  struct Packet {
    let tag: UInt8
    let body: Range<Int>
    /// Whether it has one definite length.
    let isWhole: Bool
  }

  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Removes the first packet; `nil` at the end. A packet of partial lengths, which only an
  /// encrypted packet can be, counts as reaching to the end of its last part.
  mutating func next() throws(MalformedMessage) -> Packet? {
    guard offset < bytes.count else { return nil }
    let head = bytes[offset]
    offset += 1
    guard head & 0x80 != 0 else { throw .badPackets }
    if head & 0x40 != 0 { return try newFormat(head & 0x3F) }
    let tag = (head >> 2) & 0x0F
    let width = 1 << Int(head & 3)
    if width == 8 {
      defer { offset = bytes.count }
      return Packet(tag: tag, body: offset..<bytes.count, isWhole: false)
    }
    return Packet(tag: tag, body: try take(number(bytes: width)), isWhole: true)
  }

  /// RFC 9580 section 4.2.1.
  private mutating func newFormat(_ tag: UInt8) throws(MalformedMessage) -> Packet {
    var first: Range<Int>?
    while true {
      let length = try number(bytes: 1)
      let whole: Int? =
        switch length {
        case ..<192: length
        case ..<224: (length - 192) << 8 + (try number(bytes: 1)) + 192
        case 255: try number(bytes: 4)
        default: nil
        }
      if let whole {
        let body = try take(whole)
        return Packet(tag: tag, body: first ?? body, isWhole: first == nil)
      }
      let part = try take(1 << (length & 31))
      first = first ?? part
    }
  }

  private mutating func number(bytes count: Int) throws(MalformedMessage) -> Int {
    bytes[try take(count)].reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func take(_ count: Int) throws(MalformedMessage) -> Range<Int> {
    guard bytes.count - offset >= count else { throw .badPackets }
    defer { offset += count }
    return offset..<offset + count
  }
}
