import Encodings
import Testing

@Suite struct JSONTreeTests {
  private func tree(_ text: String) throws -> JSONTree { try JSONTree(Array(text.utf8)) }

  @Test func keepsEveryMemberAndItsRange() throws {
    let text = #" {"a": [1, true, null], "b": "x", "a": "y"} "#
    let tree = try tree(text)
    #expect(tree.all("a").count == 2 && tree["a"]?.string == "y" && tree["b"]?.string == "x")
    let range = try #require(tree["b"]?.range)
    #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == #""x""#)
    #expect(tree["none"] == nil)
  }

  @Test(arguments: [
    (#""\ud800""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"), (#""\ud800\n""#, "\u{FFFD}\n"),
    (#""\ud83d\ude00""#, "😀"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), ("\"\u{7F}\"", "\u{7F}"),
    ("\"\u{FFFE}\"", "\u{FFFE}"),
  ])
  func readsTextThatIsNoText(_ text: String, _ expected: String) throws {
    #expect(try tree(text).string == expected)
  }

  @Test func readsBytesThatAreNotUTF8() throws {
    let bytes: [UInt8] = [0x22, 0x61, 0xFF, 0x62, 0x22]
    #expect(try JSONTree(bytes).string == "a\u{FFFD}b")
    #expect(try JSONTree([0xEF, 0xBB, 0xBF, 0x22, 0x61, 0x22]).string == "a")
  }

  @Test(arguments: ["", "{", "[1,]", "{\"a\" 1}", "1 2", "'a'", #""\x""#, "{\"a\": 01}"])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: JSONTree.Fault.self) { try tree(text) }
  }

  /// Neither the stack nor time is exhausted.
  @Test func refusesWhatIsTooDeep() throws {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      func nested(_ count: Int) -> String {
        String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
      }
      _ = try tree(nested(JSONTree.depthLimit))
      let fault = #expect(throws: JSONTree.Fault.self) { try tree(nested(JSONTree.depthLimit + 1)) }
      #expect(fault?.reason.contains("levels deep") == true)
      #expect(throws: JSONTree.Fault.self) { try tree(String(repeating: open, count: 2_000_000)) }
    }
  }
}
