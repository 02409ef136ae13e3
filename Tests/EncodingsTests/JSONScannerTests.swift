import Encodings
import Testing

@Suite struct JSONScannerTests {
  /// Every value that `text` holds, or `nil` where it is not JSON.
  private func value(_ text: String) -> String? {
    var scanner = JSONScanner(text)
    guard let value = scanner.value(), scanner.isAtEnd() else { return nil }
    return String(decoding: value, as: UTF8.self)
  }

  @Test(arguments: [
    "{}", "[]", #"{"a":{"b":[1,2,{"c":null}]}}"#, #"[true,false,null,"",0,-0,1.5e-7,-12E+3]"#,
    #""\u0041\ud83d\ude00\"\\\/\b\f\n\r\t""#, "\"é\u{2028}\"", #"{"a":1,"a":2}"#,
    "{ \"a\" :\t[ 1 ,\r\n2 ] }",
  ]) func readsAnyValueAsItWasWritten(text: String) {
    #expect(value(text) == text)
    #expect(value(" \n\(text)\t") == text)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
    "{'a':1}", "tru", "truE", "nul", "NaN", "Infinity", ".5", "5.", "01", "-", "+1", "1e", "1e+",
    "0x1F", "\"", "\"\\\"", #""\x""#, #""\u12""#, #""\u+123""#, #""\ud800""#, #""\ud800\u0041""#,
    #""\udc00""#, "\"\n\"", "\"\u{1}\"", "[1]]", "{} {}", "// a\n1", "\u{FEFF}1", "[1 2]",
  ]) func refusesWhatIsNotJSON(text: String) {
    #expect(value(text) == nil)
  }

  @Test func resolvesEscapesTheSameWayForTextsAndSecrets() {
    let text = #""\u0041\ud83d\ude00\u00e9\"\\\/\b\f\n\r\tz""#
    let expected = "A😀é\"\\/\u{8}\u{C}\n\r\tz"
    var scanner = JSONScanner(text)
    #expect(scanner.string() == expected)
    var bytes: [UInt8] = []
    scanner = JSONScanner(text)
    let isWhole = scanner.string { bytes.append($0) }
    #expect(isWhole && bytes == Array(expected.utf8))
  }

  @Test func refusesAStringThatIsNotUTF8() {
    var scanner = JSONScanner([0x22, 0xC3, 0x28, 0x22][...])
    #expect(scanner.string() as String? == nil)
    scanner = JSONScanner([0x22, 0x5C, 0x6E, 0xFF, 0x22][...])
    #expect(scanner.string() as String? == nil)
  }

  @Test func readsIntegersOfSixtyFourBitsAndNoOthers() {
    func integer(_ text: String) -> Int64? {
      var scanner = JSONScanner(text)
      return scanner.integer()
    }
    #expect(integer("9223372036854775807") == .max)
    #expect(integer("-9223372036854775808") == .min)
    #expect(integer(" -0") == 0)
    for text in ["9223372036854775808", "99999999999999999999", "1.0", "1e3", "", "-", "\"1\""] {
      #expect(integer(text) == nil, "\(text)")
    }
  }

  @Test func refusesWhatIsNestedDeeperThanTheLimit() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(value(nested(128)) != nil)
    #expect(value(nested(129)) == nil)
    #expect(value(String(repeating: "[", count: 1_000_000)) == nil)
    #expect(value(String(repeating: "{\"a\":", count: 1_000_000)) == nil)
    var scanner = JSONScanner(Array("[[1]]".utf8)[...], depthLimit: 1)
    #expect(scanner.value() == nil)
  }

  /// Indices of a slice stay those of the whole.
  @Test func readsASliceInPlace() {
    let bytes = Array(#"{"a":[1,2],"b":"c"}"#.utf8)
    var scanner = JSONScanner(bytes[...])
    var found: [String: ArraySlice<UInt8>] = [:]
    let isWhole = scanner.object { name, scanner in
      found[name] = scanner.value()
      return found[name] != nil
    }
    #expect(isWhole && scanner.offset == bytes.count)
    #expect(found["a"]?.startIndex == 5)
    var inner = JSONScanner(found["a"] ?? [])
    var numbers: [Int64] = []
    let isList = inner.array { scanner in
      guard let number = scanner.integer() else { return false }
      numbers.append(number)
      return true
    }
    #expect(isList && numbers == [1, 2])
  }

  @Test func stopsWhereTheFaultIs() {
    var scanner = JSONScanner(#"{"a":1,"b":x}"#)
    let isWhole = scanner.object { _, scanner in scanner.value() != nil }
    #expect(!isWhole && scanner.offset == 11)
  }

  @Test func namesTheKindOfTheNextValue() {
    let kinds: [(String, JSONScanner.Kind?)] = [
      ("{", .object), (" [", .array), ("\"", .string), ("-", .number), ("7", .number),
      ("t", .boolean), ("f", .boolean), ("n", .null), ("", nil), ("+", nil), ("]", nil),
    ]
    for (text, kind) in kinds {
      var scanner = JSONScanner(text)
      #expect(scanner.kind() == kind, "\(text)")
    }
  }
}
