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

/// A manifest of an HTTP connection whose token is an armored message.
package func sealedManifest(_ name: String, token armored: String) -> String {
  let lines = armored.split(separator: "\n", omittingEmptySubsequences: false)
  return httpManifest(name, token: "|-\n" + lines.map { "        \($0)" }.joined(separator: "\n"))
}

/// The armored messages in a manifest, in their order, without their indentation.
package func armoredMessages(in manifest: String) -> [String] {
  var messages: [String] = []
  var lines: [Substring]?
  for line in manifest.split(separator: "\n", omittingEmptySubsequences: false) {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("-----BEGIN PGP MESSAGE") { lines = [] }
    lines?.append(text)
    if text.hasPrefix("-----END PGP MESSAGE"), let whole = lines {
      messages.append(whole.joined(separator: "\n") + "\n")
      lines = nil
    }
  }
  return messages
}
