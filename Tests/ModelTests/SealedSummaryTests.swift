import Model
import TestSupport
import Testing

@Suite struct SealedSummaryTests {
  private func summarized(_ text: String, _ owners: [String: String] = [:]) -> String {
    SealedSummary(text).text(owners: owners)
  }

  private let mark = try? SealedMessage(armored: sealedText(1)).digest.rawValue.prefix(12)

  @Test func eachMessageIsOneDigestInEveryStyle() throws {
    let mark = "(sealed \(try #require(mark)), addressed to A1B2C3D4E5F60718)"
    let block = sealedText(1).split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    let line = sealedText(1).split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\\n")
    #expect(summarized("a: |-\n\(block)b: 1\n") == "a: |-\n    \(mark)\nb: 1\n")
    #expect(summarized("a: \"\(line)\" # why\n") == "a: \"\(mark)\\n\" # why\n")
    let crlf = "a: |-\n\(block)".split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\r\n")
    #expect(summarized(crlf) == "a: |-\r\n    \(mark)\r\n")
  }

  @Test func aKeyHasItsOwnersName() {
    let text = "a: |-\n\(sealedText(1))b: 1\n"
    #expect(SealedSummary(text).keyIDs == ["A1B2C3D4E5F60718"])
    #expect(
      summarized(text, ["A1B2C3D4E5F60718": "Ann <ann@example.com> (60B08D8547395983)"])
        .contains(", addressed to Ann <ann@example.com> (60B08D8547395983))\n"))
    #expect(SealedSummary("a: 1\n").keyIDs == [])
  }

  @Test func everythingElseStays() {
    for text in ["", "a: 1\n", "-----BEGIN PGP MESSAGE-----\nno end", "-----END PGP MESSAGE-----"] {
      #expect(summarized(text) == text)
    }
    #expect(
      summarized("x -----BEGIN PGP MESSAGE-----\nno\n-----END PGP MESSAGE----- y")
        == "x (sealed, damaged) y")
  }
}
