import Model
import Testing

@Suite struct StoreEventTests {
  @Test func everyKindIsReadAsItIsStored() throws {
    let name = try #require(ConnectionName("a b"))
    let kinds: [StoreEvent.Kind] =
      [
        .created, .updated, .recorded, .deleted, .renamed(to: name), .renamedFrom(name),
        .rolledBack(to: "3"), .foreignWrite, .lockTakenOver(from: "ann@host"), .storeReplaced,
        .grantRecorded, .other("something else"),
      ] + TokenEvent.allCases.map { .token($0) }
    for kind in kinds { #expect(StoreEvent.Kind(stored: kind.stored) == kind, "\(kind)") }
  }

  /// Logs that older versions wrote are read as before.
  @Test func spellingsStay() throws {
    let name = try #require(ConnectionName("b"))
    let kinds: [StoreEvent.Kind] = [
      .created, .updated, .recorded, .deleted, .renamed(to: name), .renamedFrom(name),
      .rolledBack(to: "3"), .grantRecorded, .token(.minted), .token(.refreshed), .token(.failed),
      .token(.stopped), .token(.authorized), .token(.revoked), .version("2", .kept),
      .version("1", .deleted),
    ]
    #expect(
      kinds.map(\.stored) == [
        "create", "update", "record", "delete", "rename to b", "rename from b", "rollback to 3",
        "scopes", "token minted", "token refreshed", "token failed", "token stopped",
        "authorized", "revoked", "version 2", "version 1 (deleted)",
      ])
  }

  @Test(arguments: ["", "rename to ", "rename from a\u{1}", "rollback to ", "Create", "created"])
  func anyOtherTextIsKept(text: String) {
    #expect(StoreEvent.Kind(stored: text) == .other(text))
    #expect(StoreEvent.Kind(stored: text).stored == text)
  }
}
