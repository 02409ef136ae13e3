/// A message of the simplest shape, taken apart: the session key, encrypted to each recipient, and
/// what is encrypted with it (RFC 4880 sections 5.1 and 5.13).
///
/// No rule requires a session key of its own for each message: the same key packets before another
/// encrypted packet are an ordinary message too.
package struct SessionMessage: Hashable, Sendable {
  /// As they are in the message: equal bytes, equal session key.
  package let keyPackets: [UInt8]
  /// The ids of the keys that they are for, in their order, 16 upper-case hex digits each.
  package let keyIDs: [String]
  /// The body of the encrypted packet after its version.
  package let ciphertext: [UInt8]

  /// `nil` for anything that is not exactly of this shape: other packets, partial lengths, AEAD.
  package init?(armored: String) {
    guard let bytes = try? Armor.decoded(armored), let packets = try? MessagePackets(bytes),
      let keyPackets = packets.keyPackets, let ciphertext = packets.ciphertext
    else { return nil }
    self.keyPackets = Array(bytes[keyPackets])
    keyIDs = packets.keyIDs.map(keyIDText)
    self.ciphertext = Array(bytes[ciphertext])
  }

  /// The message of these parts, armored as gpg does it.
  package static func armored(keyPackets: [UInt8], ciphertext: [UInt8]) -> String {
    var packets = keyPackets
    let length = ciphertext.count + 1
    packets.append(0xC0 | 18)
    switch length {
    case ..<192: packets.append(UInt8(length))
    case ..<8384:
      packets.append(UInt8((length - 192) >> 8 + 192))
      packets.append(UInt8((length - 192) & 0xFF))
    default:
      packets.append(255)
      for shift in [24, 16, 8, 0] { packets.append(UInt8(length >> shift & 0xFF)) }
    }
    packets.append(1)
    packets += ciphertext
    return Armor.encoded(packets)
  }
}

/// 16 upper-case hex digits.
func keyIDText(_ id: UInt64) -> String {
  let digits = String(id, radix: 16, uppercase: true)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
