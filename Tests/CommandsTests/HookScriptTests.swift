import Commands
import Testing

@Suite struct HookScriptTests {
  private static let head = "#!/bin/sh\n# Written by: vaultctl hooks install\n"

  @Test(arguments: ["./", "./it's ops/", "./a b/", "./plain/folder/", "./'/", "./\\/"])
  func whatWeWriteIsOurs(_ folder: String) throws {
    var script = HookScript()
    script.add(folder)
    var again = try #require(HookScript(script.bytes))
    #expect(again.bytes == script.bytes)
    again.add(folder)
    #expect(again.bytes == script.bytes, "once each")
    again.add("./other/")
    let text = String(decoding: again.bytes, as: UTF8.self)
    #expect(text.hasSuffix("\nvaultctl hooks check -C ./other/ || exit\n"))
    #expect(text.hasPrefix(String(decoding: script.bytes, as: UTF8.self)))
  }

  @Test func anEarlierVersionsHookIsOurs() throws {
    let text = Self.head + "exec vaultctl hooks check -C 'it'\\''s/'\n"
    var script = try #require(HookScript(Array(text.utf8)))
    script.add("./")
    #expect(
      String(decoding: script.bytes, as: UTF8.self)
        == Self.head
        + "vaultctl hooks check -C 'it'\\''s/' || exit\nvaultctl hooks check -C ./ || exit\n")
  }

  @Test(arguments: [
    "", "#!/bin/sh\nexit 0\n", head + "make lint\n",
    head + "exec vaultctl hooks check -C ./\nmake lint\n",
    head + "vaultctl hooks check -C ./ || exit\nmake lint",
    head + "vaultctl hooks check -C ./ || exit", head + "exec vaultctl hooks check -C ./ && make\n",
    head + "vaultctl hooks check -C ./; make || exit\n",
    head + "vaultctl hooks check -C 'a'b'c' || exit\n", head + "\n", "\n" + head,
    head + "vaultctl hooks check -C $(make) || exit\n", head + "# mine\n",
    head.replacing("\n", with: "\r\n") + "vaultctl hooks check -C ./ || exit\r\n",
    head + "vaultctl hooks check -C ./ || exit\r\n",
  ])
  func anythingElseIsTheUsers(_ text: String) {
    #expect(HookScript(Array(text.utf8)) == nil)
  }

  @Test func bytesThatAreNoTextAreTheUsers() {
    let ours = Array((Self.head + "vaultctl hooks check -C ./ || exit\n").utf8)
    #expect(HookScript(ours) != nil)
    #expect(HookScript(ours + [0x23, 0xFF, 0x0A]) == nil)
    #expect(HookScript([0xFF] + ours) == nil)
    #expect(HookScript(ours + [0x00]) == nil)
  }
}
