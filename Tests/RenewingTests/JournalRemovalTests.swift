import Model
import Renewing
import Stores
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

@Suite struct JournalRemovalTests {
  /// A journal from which nothing may be removed for a while.
  private final class AddOnly: ExchangeJournal {
    private let folder: JournalFolder
    private let isRefusing = Mutex(true)

    init(path: String) { folder = JournalFolder(path: path) }

    func permit() { isRefusing.withLock { $0 = false } }

    func add(_ bytes: [UInt8], as name: String) throws(StoreError) {
      try folder.add(bytes, as: name)
    }

    func remove(_ name: String) throws(StoreError) {
      if isRefusing.withLock({ $0 }) { throw .refused("it may not delete") }
      try folder.remove(name)
    }

    func entries() throws(StoreError) -> [ExchangeEntry] { try folder.entries() }
  }

  /// Else they would grow, and each look reads them all.
  @Test func aResponseThatCannotBeRemovedIsKnownUntilItIs() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let place = AddOnly(path: harness.folder.path + "/.vaultctl/answers")
    let journal = ResponseJournal(place)
    let renewer = harness.renewer(journal: journal)
    #expect(renewer.removalFault == nil)
    guard case .renewed = await harness.renew(renewer) else {
      Issue.record("it was not renewed")
      return
    }
    #expect(renewer.removalFault == .refused("it may not delete"))
    #expect(harness.journaled.count == 1)
    let subjects = [harness.subject.name: harness.subject]
    #expect(try await renewer.replay(subjects) == [.cleared(harness.subject.name)])
    #expect(renewer.removalFault != nil)
    place.permit()
    #expect(try await renewer.replay(subjects) == [.cleared(harness.subject.name)])
    #expect(renewer.removalFault == nil)
    #expect(harness.journaled.isEmpty)
  }

  @Test func whatDoesNotExistIsRemoved() throws {
    try JournalFolder(path: "/dev/null/answers").remove("x")
    try JournalFolder(path: "/nowhere/answers").remove("x")
  }
}
