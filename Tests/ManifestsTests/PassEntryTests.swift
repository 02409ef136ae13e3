import Manifests
import Testing

@Suite struct PassEntryTests {
  @Test(arguments: ["hunter2", "hunter2\n", "hunter2\n\n\n"])
  func oneLineIsTheValue(content: String) {
    #expect(PassEntry(content).data == .text("hunter2"))
  }

  @Test func partsFollowTheValue() {
    let data = PassEntry("hunter2\nuser: x\n\nurl: https://x/#y\nempty:\n").data
    #expect(data?.text == "hunter2" && data?["password"]?.text == "hunter2")
    #expect(data?["user"]?.text == "x" && data?["url"]?.text == "https://x/#y")
    #expect(data?["empty"]?.text == "")
  }

  /// Sealed with the notes, the password would be another one.
  @Test(arguments: [
    "hunter2\nhttps://example.com\n", "hunter2\notpauth://totp/x?secret=y\n",
    "hunter2\nuser: x\nsome note\n", "{hunter2\nnote\n", "-----BEGIN X-----\nAb+/=\nuser: x\n",
    "\"a\nb\"\n",
  ])
  func linesThatAreNothingAreNoValue(content: String) { #expect(PassEntry(content).data == nil) }

  @Test(arguments: [
    "-----BEGIN X-----\nProc: no\n\nAb+/=\n-----END X-----\n", "-----BEGIN X-----\n-----END X-----",
    "{\n  \"type\": \"service_account\"\n}\n", "{\"a\": 1,\n\"b\": 2}\n",
  ])
  func aKeyAndADocumentAreWhole(content: String) {
    #expect(PassEntry(content).data == .text(content))
  }

  /// In a file system they are two folders, and an entry.
  @Test func namesInTwoNormalFormsAreTwo() {
    let data = ImportedData(entries: [
      (name: "e\u{301}/a", data: .text("1")), (name: "\u{E9}/a", data: .text("2")),
      (name: "\u{E9}", data: .text("3")),
    ])
    #expect(data.members.map { Array($0.key.utf8) } == [[0x65, 0xCC, 0x81], [0xC3, 0xA9]])
    #expect(data.members.map { $0.value["a"]?.text } == ["1", "2"])
    #expect(data.members.map(\.value.text) == [nil, "3"])
  }

  @Test func aPasswordMayLookLikeADocument() {
    #expect(PassEntry("{hunter2\nuser: x\n").data?.text == "{hunter2")
  }
}
