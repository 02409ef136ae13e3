import Applying
import Commands
import Diagnostics
import Model
import Stores
import Testing

@Suite struct UnfinishedRevocationTests {
  /// The tokens are no longer in the store, so the command has done a part of what was asked.
  @Test func aStoreThatIsAwayLeavesOneWarningWithItsMessage() throws {
    let store = StoreDescription(type: "openbao", location: "secret/vaultctl")
    let away = Diagnostic(StoreError.unavailable("connection refused"), in: store)
    let found = TokenRenewer.unfinished(Failure(away), of: try Sample.name("crm"))
    #expect(found.map(\.code) == [.revocationFailed])
    #expect(found.map(\.severity) == [.warning])
    #expect(found.map(\.notes) == [[away.message]])
  }
}
