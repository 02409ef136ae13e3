import Encodings
import Testing

@Suite struct JSONWriterTests {
  @Test func putsCommasAndColonsWhereTheyBelong() {
    var writer = JSONWriter()
    writer.object {
      $0.member("a", "1")
      $0.member("none", nil)
      $0.name("b")
      $0.array {
        $0.integer(1)
        $0.boolean(true)
        $0.array { _ in }
        $0.object { _ in }
        $0.string("x")
        $0.raw("null".utf8)
      }
      $0.name("c")
      $0.object { $0.member("d", "{[:") }
      $0.name("e")
      $0.integer(.min)
    }
    #expect(
      writer.text
        == #"{"a":"1","b":[1,true,[],{},"x",null],"c":{"d":"{[:"},"e":-9223372036854775808}"#)
  }

  @Test func escapesNoMoreThanItMust() {
    var writer = JSONWriter()
    writer.string("/\u{7F}é😀\u{2028}\"\\\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}")
    #expect(
      writer.text == "\"/\u{7F}é😀\u{2028}" + #"\"\\\u0000\b\t\n\u000b\f\r\u001f"# + "\"")
  }

  @Test func whatIsWrittenIsReadBack() {
    for value in (0..<0x300).compactMap({ Unicode.Scalar($0 as UInt32) }) {
      var writer = JSONWriter()
      writer.string(String(value))
      var scanner = JSONScanner(writer.bytes[...])
      #expect(scanner.string() == String(value) && scanner.isAtEnd())
    }
  }

  @Test func writesNothingOfBytesThatAreNotUTF8() {
    var writer = JSONWriter()
    func writes(_ bytes: [UInt8]) -> Bool { writer.string(utf8: bytes.span) }
    #expect(!writes([0x61, 0xFF]))
    #expect(writer.bytes.isEmpty)
    #expect(writes(Array("é\"".utf8)))
    #expect(writer.text == #""é\"""#)
  }

  private struct Fault: Error {}

  @Test func passesOnWhatAMemberThrows() {
    var writer = JSONWriter()
    #expect(throws: Fault.self) { try writer.object { _ throws(Fault) in throw Fault() } }
  }
}
