/// The public-key packets of a message, each apart, to find out which of them opens it.
package struct SeparateKeyPackets: Sendable {
  private let packets: [[UInt8]]
  private let encrypted: [UInt8]
  /// Their ids, as ``SealedMessage/keyIDs`` has them.
  package let keyIDs: [String]

  /// `nil` for a text that is no message.
  package init?(armored: String) {
    guard let bytes = try? Armor.decoded(armored), let message = try? MessagePackets(bytes) else {
      return nil
    }
    packets = message.publicKeyPackets.map { Array(bytes[$0]) }
    encrypted = Array(bytes[message.encryptedStart...])
    keyIDs = message.keyIDs.map(keyIDText)
  }

  /// The message with one packet alone, armored.
  package func message(withPacket index: Int) -> String {
    Armor.encoded(packets[index] + encrypted)
  }
}
