import Applying
import Diagnostics
import Stores
import Testing

@Suite struct StoreErrorDiagnosticTests {
  @Test(arguments: [
    (StoreError.unavailable("it is"), "sqlite", "check its file and folder, then: vaultctl doctor"),
    (
      .unavailable("it is"), "openbao",
      "check that the store is running and can be reached, then: vaultctl doctor"
    ),
    (
      .misconfigured("it is"), "openbao",
      "correct `store:` in vaultctl.yaml or the BAO_… variables, then: vaultctl doctor"
    ),
    (
      .misconfigured("it is"), "auth0",
      "correct `store:` in vaultctl.yaml or the AUTH0_… variables, then: vaultctl doctor"
    ),
    (
      .corrupt("it is"), "sqlite",
      "move the file away, then restore a backup: vaultctl store restore FILE"
    ),
    (.corrupt("it is"), "openbao", "restore it from its own backup, then: vaultctl plan"),
    (
      .modeTooLoose(path: "/my files", mode: 0o755, allowed: 0o700), "sqlite",
      "make it private: chmod 700 '/my files'"
    ),
  ])
  func everyCauseHasItsOwnNextStep(error: StoreError, type: String, step: String) {
    let diagnostic = Diagnostic(error, in: StoreDescription(type: type, location: "it"))
    #expect(diagnostic.help.first == step)
  }
}
