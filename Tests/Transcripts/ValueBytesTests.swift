import Foundation
import Processes
import TestSupport
import Testing

/// A value is bytes: none is lost on its way in, and none on its way out.
@Suite struct ValueBytesTests {
  private static let limit = 1 << 20

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: ""), to: "connections/a.yaml")
    return sandbox
  }

  private func write(_ bytes: [UInt8], to name: String, in sandbox: Sandbox) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(sandbox.folder.path)/\(name)"))
  }

  private func opened(_ sandbox: Sandbox) throws -> [UInt8] {
    Array(try sandbox.vaultctl(["decrypt", "a", "token"], isRecorded: false).output)
  }

  @Test(arguments: [
    ("one\n", "one", "one\n"), ("one", "one", "one"), ("one\r\n", "one", "one\r\n"),
    ("a\nb\n", "a\nb\n", "a\nb\n"), ("a\nb", "a\nb", "a\nb"),
    ("a\r\nb\r\n", "a\r\nb\r\n", "a\r\nb\r\n"),
    ("a\n\n", "a\n\n", "a\n\n"),
  ])
  func theLastLineBreakIsKeptAfterSeveralLines(text: String, value: String, kept: String) throws {
    let sandbox = try sandbox()
    try sandbox.write(text, to: "value")
    for (more, expected) in [([], value), (["--keep-newline"], kept)] {
      #expect(try sandbox.vaultctl(["set", "a", "token"] + more, input: text).status == 0)
      #expect(try opened(sandbox) == Array(expected.utf8))
      let file = ["--value-file", sandbox.folder.path + "/value"]
      #expect(try sandbox.vaultctl(["set", "a", "token"] + file + more).status == 0)
      #expect(try opened(sandbox) == Array(expected.utf8))
    }
    // An editor that changes nothing, and one that ends the last line.
    for editor in ["true", "sed -i -e '$a\\'"] {
      let edited = try sandbox.vaultctl(["edit", "a", "token"], environment: ["EDITOR": editor])
      #expect(edited.text.contains("unchanged"), "\(edited.errorText)")
    }
  }

  @Test func anyByteIsKept() throws {
    let sandbox = try sandbox()
    let bytes = (0...255).map { UInt8($0) } + (0...255).reversed().map { UInt8($0) }
    try write(bytes, to: "value", in: sandbox)
    #expect(try sandbox.vaultctl(["set", "a", "token", "--value-file", "value"]).status == 0)
    #expect(try opened(sandbox) == bytes)
    let line = try sandbox.vaultctl(["decrypt", "a"], isRecorded: false).text
    #expect(line == "token: !!binary \"\(Data(bytes).base64EncodedString())\"\n")
  }

  @Test(arguments: [
    ("é\u{85}\u{9F}漢🔑", #""é\x85\x9F漢🔑""#), ("a\u{2028}b\u{2029}c\u{2027}", #""a\Lb\Pc‧""#),
    ("\u{0}\u{1B}\u{7F}\"\\\t\r\n", #""\x00\x1B\x7F\"\\\t\r\n""#),
    ("\u{FFFF}", "!!binary \"77+/\""),
    ("€\u{A8}\u{A0}", "\"€\u{A8}\u{A0}\""),
  ])
  func aDecryptedConnectionIsYAML(value: String, line: String) throws {
    let sandbox = try sandbox()
    try write(Array(value.utf8), to: "value", in: sandbox)
    let file = ["--value-file", "value", "--keep-newline"]
    #expect(try sandbox.vaultctl(["set", "a", "token"] + file).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a"]).text == "token: \(line)\n")
  }

  @Test func exactlyOneMebibyteFits() throws {
    let sandbox = try sandbox()
    let most = [UInt8](repeating: UInt8(ascii: "a"), count: Self.limit)
    for (more, fits) in [("", true), ("\n", true), ("\r\n", true), ("b", false), ("b\n", false)] {
      try write(most + Array(more.utf8), to: "value", in: sandbox)
      let set = try sandbox.vaultctl(["set", "a", "token", "--value-file", "value"])
      #expect((set.status == 0) == fits, "\(more.debugDescription): \(set.errorText)")
      if fits { #expect(try opened(sandbox) == most) }
    }
    let text = String(decoding: most, as: UTF8.self)
    try sandbox.write(httpManifest("a", token: text + "b"), to: "connections/a.yaml")
    let refused = try sandbox.vaultctl(["encrypt"], isRecorded: false)
    #expect(refused.status == 1 && refused.errorText.contains("VC2022"), "\(refused.status)")
    try sandbox.write(httpManifest("a", token: text), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try opened(sandbox) == most)
  }

  @Test func anErrorOfReadingIsNotTheEnd() throws {
    let sandbox = try sandbox()
    let before = try sandbox.read("connections/a.yaml")
    let folder = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev"))
    let errors = sandbox.folder.path + "/errors"
    try Data().write(to: URL(fileURLWithPath: errors))
    let child = try sandbox.start(
      ["set", "a", "token"], input: folder,
      errors: FileHandle(forWritingTo: URL(fileURLWithPath: errors)))
    #expect(child.wait() == 1)
    let said = try sandbox.read("errors")
    #expect(said.contains("VC2068") && said.contains("Is a directory"), "\(said)")
    for file in ["nowhere", "connections"] {
      let refused = try sandbox.vaultctl(["set", "a", "token", "--value-file", file])
      #expect(refused.status == 1 && refused.errorText.contains("VC2068"), "\(refused.errorText)")
    }
    #expect(try sandbox.read("connections/a.yaml") == before)
  }

  @Test func aCommandGetsEveryByteOrIsNotRun() throws {
    let sandbox = try sandbox()
    try write(Array("half\u{0}\u{1}whole".utf8), to: "value", in: sandbox)
    #expect(try sandbox.vaultctl(["set", "a", "token", "--value-file", "value"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    let refused = try sandbox.vaultctl(["exec", "a", "--", "env"])
    #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.text)")
    #expect(!refused.errorText.contains("half"))
    let whole = try sandbox.vaultctl(
      ["exec", "--files", "a", "--", "sh", "-c", #"tr '\000' 0 < "$A_TOKEN""#])
    #expect(whole.text == "half0\u{1}whole", "\(whole.errorText)")
    try sandbox.expectTranscript()
  }

  /// Arguments and variables that are not UTF-8.
  @Test func aCommandGetsItsOwnBytes() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "x").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    let shown = sandbox.folder.path + "/shown"
    try Data().write(to: URL(fileURLWithPath: shown))
    let start = #"X=$(printf '\377\200') exec "$0" "$@" "$(printf 'a\376b')""#
    let child = try sandbox.start(
      ["exec", "a", "--", "sh", "-c", #"printf '%s|%s' "$X" "$1""#, "sh"],
      under: ["sh", "-c", "export X; " + start],
      output: FileHandle(forWritingTo: URL(fileURLWithPath: shown)))
    #expect(child.wait() == 0)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: shown)))
    #expect(bytes == [0xFF, 0x80, 0x7C, 0x61, 0xFE, 0x62])
  }
}
