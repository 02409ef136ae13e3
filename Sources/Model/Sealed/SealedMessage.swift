private import Crypto
import Encodings

/// Why a text is not a usable OpenPGP message.
package enum MalformedMessage: Error, Hashable, Sendable {
  case noHeader, noBlankLine, noFooter, textAfterFooter, badBase64, badChecksum
  case badPackets
  /// Packets of another kind: a key, a signature, a message for a passphrase only.
  case notEncryptedToKeys
  /// An encrypted packet without integrity protection (RFC 4880 section 5.7).
  case notIntegrityProtected
  /// More than anybody has recipients: each can cost an operation with a private key.
  case tooManyKeyPackets

  package var reason: String {
    switch self {
    case .noHeader: "it does not start with `\(Armor.header)`"
    case .noBlankLine: "the blank line after the armor headers is missing"
    case .noFooter: "its END line is missing"
    case .textAfterFooter: "there is text after its END line"
    case .badBase64: "its body is not base64"
    case .badChecksum: "its checksum does not match its body"
    case .badPackets: "its packets are truncated or damaged"
    case .notEncryptedToKeys: "it is not encrypted to a public key"
    case .notIntegrityProtected: "it has no integrity protection"
    case .tooManyKeyPackets:
      "it is addressed to more than \(MessagePackets.maxKeyPackets) keys, or to more than"
        + " \(MessagePackets.maxHidden) hidden ones"
    }
  }
}

/// An armored OpenPGP message as a manifest holds it, its outside checked and nothing opened.
package struct SealedMessage: Hashable, Sendable {
  /// The text as it is in the manifest.
  package let armored: String
  package let digest: CiphertextDigest
  private let numericKeyIDs: [UInt64]
  /// Whether it has a packet for a passphrase, which anybody may know.
  package let hasPassphrase: Bool

  /// The ids of the (sub)keys that it is addressed to, 16 upper-case hex digits each, in the
  /// message's order; all zeros for a hidden recipient.
  ///
  /// They are claims: who can open a message is known only by trying.
  package var keyIDs: [String] { numericKeyIDs.map(keyIDText) }

  /// Whether it hides recipients.
  package var hasHiddenRecipients: Bool { numericKeyIDs.contains(0) }

  /// The ids that more than one of its packets has.
  package var duplicateKeyIDs: [String] {
    var seen: Set<UInt64> = []
    let again = numericKeyIDs.filter { $0 != 0 && !seen.insert($0).inserted }
    return Set(again).sorted().map(keyIDText)
  }

  package init(armored: String) throws(MalformedMessage) {
    let bytes = try Armor.decoded(armored)
    self.armored = armored
    let packets = try MessagePackets(bytes)
    numericKeyIDs = packets.keyIDs
    hasPassphrase = packets.passphraseCount > 0
    digest = CiphertextDigest(hexadecimal(SHA256.hash(data: bytes)))
  }

  private static let start = "-----BEGIN PGP MESSAGE"

  /// Whether a text looks like a message, well-formed or not. A PGP key block is none: it can be a secret.
  package static func looksSealed(_ text: String) -> Bool {
    if text.utf8.starts(with: start.utf8) { return true }
    guard let first = text.first, first.isWhitespace else { return false }
    return text.drop { $0.isWhitespace }.hasPrefix(start)
  }
}
