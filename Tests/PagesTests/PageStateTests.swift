import Foundation
import Model
import Pages
import Planning
import Reports
import Testing

/// Which of a connection's states the page shows.
@Suite struct PageStateTests {
  private static let now = Timestamp(milliseconds: 1_800_000_000_000)

  struct Case: Sendable, CustomTestStringConvertible {
    let store: StatusRow.State
    let tokens: ConnectionState?
    let shown: String
    var testDescription: String { "\(store) \(tokens.map { "\($0)" } ?? "-")" }

    init(_ store: StatusRow.State, _ tokens: ConnectionState?, _ shown: String) {
      self.store = store
      self.tokens = tokens
      self.shown = shown
    }
  }

  static let cases = [
    Case(.ready, nil, "ready"), Case(.ready, .ready, "ready"),
    Case(.ready, .expiring(at: now), "expiring"), Case(.ready, .expired(at: now), "expired"),
    Case(.ready, .unauthorized, "unauthorized"),
    Case(.ready, .needsAuthorization(.revoked), "needs-authorization"),
    Case(.ready, .error(last: "x", attempts: 2), "error"),
    Case(.pending, .expiring(at: now), "pending"), Case(.pending, .expired(at: now), "expired"),
    Case(.pending, .unauthorized, "pending"), Case(.pending, nil, "pending"),
    Case(.scopeDrift, .ready, "scope-drift"),
    Case(.scopeDrift, .needsAuthorization(.scopesChanged), "needs-authorization"),
    Case(.empty, .unauthorized, "empty"), Case(.conflict, .expired(at: now), "conflict"),
    Case(.drifted, .expired(at: now), "drifted"), Case(.orphaned, nil, "orphaned"),
    Case(.unmanaged, nil, "unmanaged"), Case(.foreign, nil, "foreign"),
  ]

  @Test(arguments: cases) func theWorstStateIsShown(item: Case) throws {
    let name = try #require(ConnectionName("a"))
    let tokens = item.tokens.map {
      StatusRow.Tokens(
        state: $0, endsAt: Self.now, endsForGood: nil, verifiedAt: nil, isRecoverable: true)
    }
    let row = StatusRow(
      name: name, app: "http", state: item.store, version: nil, updatedAt: nil, tokens: tokens)
    let view = PageView(
      planned: EnvironmentPlan(
        environment: nil, store: "s",
        plan: Plan(changes: [], findings: [], unchangedCount: 0, emptyCount: 0)),
      rows: [row], desired: [], snapshot: Snapshot(), catalog: .builtIn, flows: [])
    let page = VaultPage(
      project: "p",
      edition: VaultPage.Edition(mode: .report, madeAt: Self.now, toolVersion: "1", commit: nil),
      views: [view], people: [])
    let data = try #require(
      JSONSerialization.jsonObject(with: Data(page.json.utf8)) as? [String: Any])
    let connections = try #require(data["connections"] as? [[String: Any]])
    #expect(connections.map { $0["state"] as? String } == [item.shown])
    #expect((connections.first?["expiry"] != nil) == (item.tokens != nil))
  }
}
