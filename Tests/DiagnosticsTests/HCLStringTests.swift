import Diagnostics
import Testing

@Suite struct HCLStringTests {
  /// Terraform 1.11 reads each of these as the text (`terraform console`).
  @Test(arguments: [
    ("", #""""#), ("plain ü", #""plain ü""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
    ("${x}", #""$${x}""#), ("%{if}", #""%%{if}""#), ("$x %y {", #""$x %y {""#),
    ("$${x}", ##""$\u0024{x}""##), ("%%%{", ##""%%\u0025{""##),
    ("\u{1B}\u{202E}", #""\u001b\u202e""#),
    ("\u{E0001}", #""\U000e0001""#), ("<<EOT", #""<<EOT""#), ("$", #""$""#),
  ])
  func nothingInATextIsEvaluated(text: String, quoted: String) {
    #expect(hclQuoted(text) == quoted)
  }
}
