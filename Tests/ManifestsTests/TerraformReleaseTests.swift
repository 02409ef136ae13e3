import Diagnostics
import Manifests
import Testing

@Suite struct TerraformReleaseTests {
  private static let type = "auth0_flow_vault_connection"

  @Test(arguments: [
    ("a.b", "a.b"), ("a.b[0]", "a.b"), (#"module.m["x"].a.b["]y"]"#, "module.m.a.b"),
    (#"a.b["\"]z"].c"#, "a.b.c"), ("a.b[", "a.b"),
  ])
  func aConfigurationHasNoKeys(address: String, configuration: String) {
    #expect(TerraformAddress(address).configuration == configuration)
  }

  /// A block without keys would let go of the other instances too.
  @Test func aResourceThatWasTakenInPartHasNoBlock() {
    let all = ["\(Self.type).a", "\(Self.type).b[0]", "\(Self.type).b[1]"]
    let part = TerraformRelease(taken: Array(all.prefix(2)), all: all).text.rendered
    #expect(part.contains("from = \(Self.type).a\n") && !part.contains("from = \(Self.type).b"))
    #expect(part.contains("terraform state rm '\(Self.type).b[0]'"))
    let whole = TerraformRelease(taken: all, all: all).text.rendered
    #expect(whole.split(separator: "\n").count { $0.contains("from = ") } == 2)
  }

  /// A state is another person's: its texts end in a shell and in a configuration.
  @Test func aHostileAddressStaysOneWord() {
    let address = "\(Self.type).x[\"'; rm -rf ~ #\u{1B}[2J\"]\n}"
    let text = TerraformRelease(taken: [address], all: [address]).text.rendered
    #expect(text.contains(#"'\''; rm"#) && !text.contains("\u{1B}") && !text.contains("removed {"))
    #expect(text.split(separator: "\n").count == 2)
  }
}
