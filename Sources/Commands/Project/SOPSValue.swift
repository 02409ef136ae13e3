import Crypto
import Foundation

/// `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`
struct SOPSValue {
  private let data: [UInt8]
  private let iv: [UInt8]
  private let tag: [UInt8]
  let type: String

  /// `nil` for any other text.
  init?(_ text: String) {
    guard text.hasPrefix("ENC[AES256_GCM,"), text.hasSuffix("]") else { return nil }
    let parts = text.dropFirst("ENC[AES256_GCM,".count).dropLast().split(
      separator: ",", omittingEmptySubsequences: false)
    func part(_ name: String) -> String? {
      parts.first { $0.hasPrefix("\(name):") }.map { String($0.dropFirst(name.count + 1)) }
    }
    func bytes(_ name: String) -> [UInt8]? {
      part(name).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }
    guard parts.count == 4, let data = bytes("data"), let iv = bytes("iv"), let tag = bytes("tag"),
      let type = part("type")
    else { return nil }
    (self.data, self.iv, self.tag, self.type) = (data, iv, tag, type)
  }

  /// - Parameter path: the additional data.
  func opened(with key: SymmetricKey, path: String) -> [UInt8]? {
    guard let nonce = try? AES.GCM.Nonce(data: iv),
      let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: data, tag: tag),
      let plain = try? AES.GCM.open(box, using: key, authenticating: Array(path.utf8))
    else { return nil }
    return Array(plain)
  }
}
