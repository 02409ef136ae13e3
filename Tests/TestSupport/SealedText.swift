import Foundation

/// An armored message of which only the outside matters: a session-key packet for one key id
/// (A1B2C3D4E5F60718), and an encrypted data packet (RFC 4880 sections 5.1 and 5.13) that no key
/// opens; `number` makes it another one.
package func sealedText(_ number: UInt8) -> String {
  let key: [UInt8] = [
    0x84, 0x0E, 3, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18, 18, 0, 1, 1, 1,
  ]
  let data: [UInt8] = [0xD2, 4, 1, 0xFF, 0xFF, number]
  let text = Data(key + data).base64EncodedString()
  return "-----BEGIN PGP MESSAGE-----\n\n\(text)\n-----END PGP MESSAGE-----\n"
}
