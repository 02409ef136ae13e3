import Model
import Reports
import Testing

@Suite struct EventLineTests {
  private func eventLine(_ kind: StoreEvent.Kind) -> EventLine? {
    EventLine(
      StoreEvent(
        at: Timestamp(milliseconds: 1_790_000_000_000), who: "ann@laptop", kind: kind,
        connection: "crm", version: 4, commit: nil))
  }

  @Test(arguments: [
    ("create", "applied"), ("update", "applied"), ("delete", "deleted"),
    ("rename from old", "renamed"), ("rollback to 2", "rolled-back"), ("scopes", "scopes"),
    ("token minted", "refreshed"), ("token refreshed", "refreshed"),
    ("authorized", "authorized"), ("revoked", "revoked"), ("token failed", "failed"),
    ("token stopped", "failed"),
  ])
  func aStoredEventHasALine(stored: String, event: String) throws {
    let line = try #require(eventLine(StoreEvent.Kind(stored: stored)))
    #expect(
      line.json.line.text == """
        {"at":"2026-09-21T14:13:20Z","connection":"crm","event":"\(event)",\
        "format_version":"2.0","version":"4",\
        "who":"ann@laptop"}

        """)
  }

  @Test(arguments: ["record", "rename to new", "what a newer vaultctl writes", ""])
  func whatChangesNoConnectionHasNone(stored: String) {
    #expect(eventLine(StoreEvent.Kind(stored: stored)) == nil)
  }
}
