import Diagnostics
import Testing

@Suite struct EnvironmentScopeTests {
  private func help(
    _ text: String, _ code: DiagnosticCode = .emptyConnection, at location: Location? = nil,
    in scope: EnvironmentScope = EnvironmentScope("prod", overlay: "overlays/prod")
  ) -> String? {
    scope.diagnostic(Diagnostic(code, "it", at: location, help: [text])).help.first
  }

  @Test(arguments: [
    (
      "add them: vaultctl set only-in-prod url",
      "add them: vaultctl set only-in-prod url --env prod"
    ),
    ("vaultctl unlock", "vaultctl unlock --env prod"),
    (
      "wait longer: vaultctl apply --lock-timeout 300",
      "wait longer: vaultctl apply --lock-timeout 300 --env prod"
    ),
    (
      "set it: vaultctl set a b && vaultctl apply",
      "set it: vaultctl set a b --env prod && vaultctl apply --env prod"
    ),
    (
      "vaultctl refresh a, or vaultctl authorize a",
      "vaultctl refresh a --env prod, or vaultctl authorize a --env prod"
    ),
    ("run `vaultctl plan`; then wait", "run `vaultctl plan --env prod`; then wait"),
    ("vaultctl set 'a, b; c' d", "vaultctl set 'a, b; c' d --env prod"),
    (
      #"vaultctl set 'a'\''s, b' c, then wait"#,
      #"vaultctl set 'a'\''s, b' c --env prod, then wait"#
    ),
    ("vaultctl exec a -- env", "vaultctl exec a --env prod -- env"),
    ("vaultctl apply ", "vaultctl apply --env prod "),
  ])
  func aCommandOfAnEnvironmentNamesIt(text: String, completed: String) {
    #expect(help(text) == completed)
    #expect(help(completed) == completed, "not twice")
  }

  @Test(arguments: [
    "vaultctl set a b --env other", "vaultctl rekey", "vaultctl new a --app b",
    "vaultctl trust", "vaultctl --version", "VAULTCTL_ENV= vaultctl status", "gpg --list-keys",
    "review the plan",
  ])
  func anotherCommandStaysAsItIs(text: String) {
    #expect(help(text) == text)
  }

  @Test(arguments: [
    ("vaultctl apply --auto-approve", "vaultctl apply --auto-approve --env all"),
    ("vaultctl set a b", "vaultctl set a b"),
  ])
  func commandsOfAllEnvironmentsAreThoseThatTakeThem(text: String, completed: String) {
    #expect(help(text, in: EnvironmentScope("all")) == completed)
  }

  @Test func aNameIsOneWordOfTheShell() {
    #expect(
      help("vaultctl plan", in: EnvironmentScope("a b")) == "vaultctl plan --env 'a b'")
  }

  /// A value is set in the file that it is wrong in.
  @Test(
    arguments: [
      (DiagnosticCode.badMessage, "overlays/prod/a.yaml", true),
      (.badMessage, "connections/a.yaml", false),
      (.badMessage, nil, true), (.emptyConnection, "connections/a.yaml", true),
    ] as [(DiagnosticCode, String?, Bool)])
  func aValueIsSetWhereItIsWrong(code: DiagnosticCode, file: String?, isHere: Bool) {
    #expect(
      help("vaultctl set a b", code, at: file.map { Location.file($0) })
        == (isHere ? "vaultctl set a b --env prod" : "vaultctl set a b"))
  }

  @Test func nothingElseChanges() {
    let error = Diagnostic(
      .emptyConnection, "it", severity: .warning, at: .file("a"), label: "here", notes: ["n"],
      help: ["vaultctl plan"])
    #expect(
      [error].inScope(EnvironmentScope("prod"))
        == [
          Diagnostic(
            .emptyConnection, "it", severity: .warning, at: .file("a"), label: "here", notes: ["n"],
            help: ["vaultctl plan --env prod"])
        ])
    #expect([error].inScope(nil) == [error])
  }
}
