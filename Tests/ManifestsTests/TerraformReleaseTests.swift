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

  private func instances(_ names: [String], of state: String = "a") -> [TerraformRelease.Instance] {
    names.map { TerraformRelease.Instance(state: state, address: "\(Self.type).\($0)") }
  }

  private func lines(_ release: TerraformRelease, _ part: String) -> [String] {
    release.text.rendered.split(separator: "\n").map(String.init).filter { $0.contains(part) }
  }

  /// Without its block in the configuration, the other instances would be destroyed; with it, those that
  /// were taken would be created again.
  @Test func aResourceThatWasTakenInPartIsKept() {
    let all = instances(["a", "b[0]", "b[1]"])
    let part = TerraformRelease(imported: all, taken: Set(all.prefix(2)), all: all)
    #expect(lines(part, "from = ") == ["    from = \(Self.type).a"])
    #expect(lines(part, "  terraform state rm") == ["  terraform state rm \(Self.type).a"])
    #expect(lines(part, "\(Self.type).b") == ["  \(Self.type).b[0]", "  \(Self.type).b[1]"])
    #expect(lines(part, "still Terraform's").count == 1)
    let whole = TerraformRelease(imported: all, taken: Set(all), all: all)
    #expect(lines(whole, "from = ").count == 2 && lines(whole, "still Terraform's").isEmpty)
    #expect(lines(whole, "  terraform state rm '\(Self.type).b[0]'").count == 1)
    #expect(lines(whole, "remove their `resource` blocks").count == 1)
  }

  /// Also what was not imported at all, and what has the same address in another workspace.
  @Test func anInstanceThatIsNotImportedKeepsItsResource() {
    let own = instances(["a", "b[0]"])
    for other in [instances(["b[1]"]), instances(["b[0]"], of: "b")] {
      let release = TerraformRelease(imported: own, taken: Set(own), all: own + other)
      #expect(lines(release, "from = ") == ["    from = \(Self.type).a"])
      #expect(lines(release, "\(Self.type).b") == ["  \(Self.type).b[0]"])
    }
  }

  @Test func commandsOfSeveralStatesAreApart() {
    let all = instances(["a"], of: "one.tfstate") + instances(["a"], of: "two.tfstate")
    let release = TerraformRelease(imported: all, taken: Set(all), all: all)
    #expect(
      lines(release, "  # ") + lines(release, "from = ")
        == ["  # one.tfstate", "  # two.tfstate", "    from = \(Self.type).a"])
    #expect(lines(release, "  terraform state rm").count == 2)
  }

  /// A state is another person's: its texts end in a shell and in a configuration.
  @Test func aHostileAddressStaysOneWord() {
    let all = instances(["x[\"'; rm -rf ~ #\u{1B}[2J\"]\n}"])
    let text = TerraformRelease(imported: all, taken: Set(all), all: all).text.rendered
    #expect(text.contains(#"'\''; rm"#) && !text.contains("\u{1B}") && !text.contains("removed {"))
    #expect(text.split(separator: "\n").count == 2)
    for listed in [
      TerraformRelease(imported: all, taken: [], all: all).text, TerraformRelease.kept(all),
    ] {
      #expect(!listed.rendered.contains("\u{1B}"))
      #expect(listed.rendered.split(separator: "\n").count == 2)
    }
  }
}
