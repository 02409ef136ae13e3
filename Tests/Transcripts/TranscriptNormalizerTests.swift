import Foundation
import TestSupport
import Testing

@Suite struct TranscriptNormalizerTests {
  @Test(arguments: [
    ("/tmp/vc-AbC123/a and /tmp/vc-zzzzzz", "<temporary 1>/a and <temporary 2>"),
    (
      "until 2026-11-26T16:55:39Z, 2026-11-26 16:55", "until 0000-00-00T00:00:00Z, 0000-00-00 00:00"
    ),
    ("A -----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\nB", "A <PGP message>\nB"),
    (#""-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----\n""#, #""<PGP message>\n""#),
    (
      "120F408B0FBE71D066AFA2FB60B08D8547395983 60B08D8547395983 60B08D8547395983",
      "<fingerprint 1> <key id 1> <key id 1>"
    ),
    ("https://127.0.0.1:4711/a?state=x-y_z&b", "https://127.0.0.1:<port>/a?state=<random>&b"),
    // The last group has digits alone, as a revision may.
    ("3E61D5E4-52E4-4457-B0DD-123456789012 123456789012", "<UUID 1> <revision 1>"),
    ("login by process 4711", "login by process <pid>"),
    (
      "AC11111111111111111111111111111111, version 2",
      "AC11111111111111111111111111111111, version 2"
    ),
  ])
  func replacesWhatDiffersAndNothingElse(_ text: String, _ expected: String) throws {
    #expect(try TranscriptNormalizer(known: []).normalized(text) == expected)
  }

  @Test func knownTextsComeFirst() throws {
    let normalizer = TranscriptNormalizer(known: [("/tmp/vc-AbC123", "<project>")])
    #expect(try normalizer.normalized("/tmp/vc-AbC123 /tmp/vc-other0") == "<project> <temporary 1>")
  }

  @Test func aTranscriptShowsAllThatACommandPrinted() {
    let transcript = Transcript()
    transcript.record(
      ["vaultctl", "decrypt", "it's"], input: "a\n",
      Finished(status: 3, output: .init("\u{1B}[1mx".utf8), errors: .init("no\n".utf8)))
    transcript.note("then")
    #expect(
      transcript.text == #"""
        $ vaultctl decrypt 'it'\''s' <<< $'a\n'
        \u{1B}[1mx
        [no newline at end]
        [stderr]
        no
        [exit 3]

        # then

        """#)
  }
}
