package import Secrets

/// The content of an integrity protected packet of version 1 (RFC 4880 section 5.13): a random
/// block and its last two bytes again, a literal packet (section 5.9), and the SHA-1 of all that in
/// its own packet (section 5.14).
private enum Layout {
  static let prefixLength = 18
  static let checkLength = 22
  static let literalTag: UInt8 = 0xC0 | 11
  static let binary = UInt8(ascii: "b")
  static let checkHeader: [UInt8] = [0xD3, 0x14]

  /// The literal packet's header, up to where the value starts.
  static func literalHeader(binding: String, date: UInt32, valueCount: Int) -> [UInt8] {
    let name = Array(binding.utf8)
    let length = 6 + name.count + valueCount
    let big = [24, 16, 8, 0].map { UInt8(length >> $0 & 0xFF) }
    let lengthBytes: [UInt8] =
      switch length {
      case ..<192: [UInt8(length)]
      case ..<8384: [UInt8((length - 192) >> 8 + 192), UInt8((length - 192) & 0xFF)]
      default: [255] + big
      }
    return [literalTag] + lengthBytes + [binary, UInt8(name.count)] + name
      + [24, 16, 8, 0].map { UInt8(date >> $0 & 0xFF) }
  }
}

extension SessionKey {
  /// A value with its binding, encrypted; `nil` if libgcrypt fails.
  ///
  /// - Parameter date: seconds since 1970, as gpg writes it.
  /// - Precondition: the binding is at most 255 bytes long.
  package func sealed(_ value: SecretBytes, at binding: String, date: UInt32) -> [UInt8]? {
    precondition(binding.utf8.count <= 255, "a literal packet's name has a length of one byte")
    guard let cipher = AESCFB(self) else { return nil }
    let header = Layout.literalHeader(binding: binding, date: date, valueCount: value.count)
    let count = Layout.prefixLength + header.count + value.count + Layout.checkLength
    var isDone = false
    let buffer = SecretBytes(capacity: count) { span in
      var random = SystemRandomNumberGenerator()
      for index in 0..<16 { span[index] = random.next() }
      for index in 16..<18 { span[index] = span[index - 2] }
      var end = Layout.prefixLength
      for byte in header {
        span[end] = byte
        end += 1
      }
      value.withBytes { bytes in
        for index in bytes.indices { span[end + index] = bytes[index] }
      }
      end += value.count
      for byte in Layout.checkHeader {
        span[end] = byte
        end += 1
      }
      for byte in GCrypt.sha1(span.span.extracting(0..<end)) {
        span[end] = byte
        end += 1
      }
      isDone = cipher.encrypt(&span)
      return count
    }
    return isDone ? buffer.withBytes { span in span.indices.map { span[$0] } } : nil
  }

  /// The value in encrypted bytes, if they are intact, of exactly this shape, and for this binding.
  /// For everything else gpg reports what is wrong.
  package func opened(_ ciphertext: [UInt8], at binding: String) -> SecretBytes? {
    guard ciphertext.count > Layout.prefixLength + Layout.checkLength,
      let cipher = AESCFB(self)
    else { return nil }
    var isDone = false
    let buffer = SecretBytes(capacity: ciphertext.count) { span in
      for index in ciphertext.indices { span[index] = ciphertext[index] }
      isDone = cipher.decrypt(&span)
      return ciphertext.count
    }
    guard isDone else { return nil }
    return buffer.withBytes { span in
      guard Self.isWhole(span) else { return nil }
      let literal = span.extracting(Layout.prefixLength..<span.count - Layout.checkLength)
      guard let start = Self.valueStart(in: literal, binding: binding) else { return nil }
      let value = literal.extracting(start...)
      guard value.count <= SecretSink.limit else { return nil }
      return SecretBytes(capacity: value.count) { target in
        for index in value.indices { target[index] = value[index] }
        return value.count
      }
    }
  }

  /// Whether the random block's repetition and the check are both right, in a time that depends
  /// only on the length.
  private static func isWhole(_ span: Span<UInt8>) -> Bool {
    let end = span.count - 20
    let sum = GCrypt.sha1(span.extracting(0..<end))
    var difference = (span[14] ^ span[16]) | (span[15] ^ span[17])
    for index in 0..<2 { difference |= span[end - 2 + index] ^ Layout.checkHeader[index] }
    for index in 0..<20 { difference |= span[end + index] ^ sum[index] }
    return difference == 0
  }

  /// The offset of the value in a literal packet that is the whole content, is binary, and names
  /// this binding.
  private static func valueStart(in packet: Span<UInt8>, binding: String) -> Int? {
    guard packet.count > 2, packet[0] == Layout.literalTag else { return nil }
    var start: Int
    let length: Int
    switch packet[1] {
    case ..<192:
      length = Int(packet[1])
      start = 2
    case ..<224:
      length = (Int(packet[1]) - 192) << 8 + Int(packet[2]) + 192
      start = 3
    case 255:
      guard packet.count > 6 else { return nil }
      length = (2..<6).reduce(0) { $0 << 8 | Int(packet[$1]) }
      start = 6
    default: return nil
    }
    guard start + length == packet.count, length >= 6 + binding.utf8.count,
      packet[start] == Layout.binary, Int(packet[start + 1]) == binding.utf8.count
    else { return nil }
    start += 2
    for byte in binding.utf8 {
      guard packet[start] == byte else { return nil }
      start += 1
    }
    return start + 4
  }
}
