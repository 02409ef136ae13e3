import Encodings
import Testing

@Suite struct TextEncodingTests {
  @Test func hexIsLowerCaseAndReadInEitherCase() {
    #expect(hexadecimal([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
    #expect(hexadecimalNumber("00fF".utf8) == 255)
    #expect(hexadecimalNumber("ffffffff".utf8) == .max)
    for text in ["", "+1", "-1", "0x1", "g", " 1", "100000000"] {
      #expect(hexadecimalNumber(text.utf8) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("x-0a9f", true), ("x-0a9", false), ("x-0a9f0", false), ("x-0A9F", false), ("x-0a9g", false),
    ("y-0a9f", false), ("x-", false), ("", false),
  ])
  func aRandomNameHasThatManyDigits(name: String, isRandom: Bool) {
    #expect(isHexadecimal(name, after: "x-", digits: 4) == isRandom)
  }

  @Test func percentEncodingKeepsWhatIsUnreserved() {
    #expect(percentEncoded("aZ09-._~") == "aZ09-._~")
    #expect(percentEncoded("a b/ü%") == "a%20b%2F%C3%BC%25")
    #expect(percentEncoded(path: "/a b//c") == "/a%20b//c")
  }

  @Test func formsAreDecodedOrRefused() {
    #expect(formDecoded("a+b%2Fc".utf8) == Array("a b/c".utf8))
    for text in ["%", "%1", "%1g", "%+1"] { #expect(formDecoded(text.utf8) == nil, "\(text)") }
  }

  /// RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]) func base64OfTheStandard(bytes: String, text: String) {
    #expect(Base64.encoded(bytes.utf8) == Array(text.utf8))
    var decoder = Base64Decoder(capacity: 0)
    let letters = Array(text.utf8)
    let isDecoded = decoder.decode(letters.span, 0..<letters.count)
    #expect(isDecoded && decoder.isComplete)
    #expect(decoder.bytes == Array(bytes.utf8))
    let url = Base64.urlEncoded(bytes.utf8)
    #expect(url == text.replacing("=", with: "") && Base64.urlDecoded(url) == Array(bytes.utf8))
  }

  @Test func base64ForURLsHasItsOwnLetters() {
    #expect(Base64.urlEncoded([0xFB, 0xFF, 0xFE]) == "-__-")
    #expect(Base64.urlDecoded("-__-") == [0xFB, 0xFF, 0xFE])
    for text in ["+//+", "a", "ab c", "a=b=", "é"] {
      #expect(Base64.urlDecoded(text) == nil, "\(text)")
    }
  }

  @Test func classesAreOfASCIIAlone() {
    let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    let digits = Set("0123456789".utf8)
    for byte in UInt8.min...UInt8.max {
      #expect(byte.isASCIILetter == letters.contains(byte))
      #expect(byte.isASCIIDigit == digits.contains(byte))
      #expect(byte.isASCIIAlphanumeric == (letters.contains(byte) || digits.contains(byte)))
      #expect(
        byte.hexadecimalValue.map { Int($0) }
          == Int(String(Character(Unicode.Scalar(byte))), radix: 16))
    }
    for character in ["é", "٣", "\u{212A}", "\u{301}"] as [Character] {
      #expect(!character.isASCIIAlphanumeric && !character.isASCIIControl)
    }
    #expect(("a" as Character).isASCIILetter && ("\r\n" as Character).isASCIIControl)
  }
}
