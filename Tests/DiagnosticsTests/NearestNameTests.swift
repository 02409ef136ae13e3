import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("twillio", "twilio"), ("slcak", "slack"), ("metdata", "metadata"), ("SLACK", "slack"),
  ])
  func suggestsTheNameThatATypoMeant(typo: String, meant: String) {
    #expect(nearestName(to: typo, among: ["slack", "twilio", "metadata"]) == meant)
  }

  @Test(arguments: ["", "x", "zzzzzz", "completely-else"])
  func suggestsNothingForADistantName(text: String) {
    #expect(nearestName(to: text, among: ["slack", "twilio"]) == nil)
  }
}
