/// The outer packets of an encrypted message (RFC 9580 section 4.2): who can open it.
enum MessagePackets {
  private static let publicKeySession: UInt8 = 1
  private static let symmetricSession: UInt8 = 3
  private static let unprotected: UInt8 = 9
  private static let marker: UInt8 = 10
  private static let integrityProtected: UInt8 = 18
  private static let authenticated: UInt8 = 20

  /// The key ids of the session key packets in front of the encrypted packet.
  static func keyIDs(_ bytes: [UInt8]) throws(MalformedMessage) -> [String] {
    var rest = bytes[...]
    var ids: [String] = []
    while true {
      guard let packet = try nextPacket(&rest) else { throw .badPackets }
      switch packet.tag {
      case publicKeySession: ids.append(try keyID(packet.body))
      case symmetricSession, marker: continue
      case integrityProtected, authenticated:
        guard !ids.isEmpty else { throw .notEncryptedToKeys }
        guard rest.isEmpty else { throw .badPackets }
        return ids
      case unprotected: throw .notIntegrityProtected
      default: throw .notEncryptedToKeys
      }
    }
  }

  /// Version 3 names the key by its id; version 6 by version and fingerprint, whose first eight
  /// (v6) or last eight (v4) bytes are the id.
  private static func keyID(_ body: ArraySlice<UInt8>) throws(MalformedMessage) -> String {
    let body = Array(body)
    guard let version = body.first else { throw .badPackets }
    switch version {
    case 3:
      guard body.count > 9 else { throw .badPackets }
      return hexadecimal(body[1..<9]).uppercased()
    case 6:
      guard body.count > 2, body.count > 2 + Int(body[1]) else { throw .badPackets }
      if body[1] == 0 { return String(repeating: "0", count: 16) }
      let fingerprint = body[3..<(2 + Int(body[1]))]
      guard fingerprint.count >= 20 else { throw .badPackets }
      let id = body[2] == 6 ? fingerprint.prefix(8) : fingerprint.suffix(8)
      return hexadecimal(id).uppercased()
    default: throw .badPackets
    }
  }

  /// Takes one packet off the front; `nil` at the end. A packet of partial lengths, which only an
  /// encrypted packet can be, counts as reaching to the end of its last part.
  private static func nextPacket(
    _ rest: inout ArraySlice<UInt8>
  ) throws(MalformedMessage) -> (tag: UInt8, body: ArraySlice<UInt8>)? {
    guard let head = rest.popFirst() else { return nil }
    guard head & 0x80 != 0 else { throw .badPackets }
    if head & 0x40 != 0 {
      return (head & 0x3F, try newFormatBody(&rest))
    }
    let tag = (head >> 2) & 0x0F
    let width = 1 << Int(head & 3)
    if width == 8 {
      defer { rest = [] }
      return (tag, rest)
    }
    return (tag, try take(number(&rest, bytes: width), from: &rest))
  }

  /// RFC 9580 section 4.2.1.
  private static func newFormatBody(
    _ rest: inout ArraySlice<UInt8>
  ) throws(MalformedMessage) -> ArraySlice<UInt8> {
    var first: ArraySlice<UInt8>?
    while true {
      let length = try number(&rest, bytes: 1)
      switch length {
      case ..<192:
        let body = try take(length, from: &rest)
        return first ?? body
      case ..<224:
        let body = try take((length - 192) << 8 + number(&rest, bytes: 1) + 192, from: &rest)
        return first ?? body
      case 255:
        let body = try take(number(&rest, bytes: 4), from: &rest)
        return first ?? body
      default:
        let part = try take(1 << (length & 31), from: &rest)
        first = first ?? part
      }
    }
  }

  private static func number(
    _ rest: inout ArraySlice<UInt8>, bytes: Int
  ) throws(MalformedMessage) -> Int {
    try take(bytes, from: &rest).reduce(0) { $0 << 8 | Int($1) }
  }

  private static func take(
    _ count: Int, from rest: inout ArraySlice<UInt8>
  ) throws(MalformedMessage) -> ArraySlice<UInt8> {
    guard rest.count >= count else { throw .badPackets }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
