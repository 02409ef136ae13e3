import Commands
import Model
import Renewing
import Synchronization
import TestSupport
import Testing

@Suite struct BackgroundRenewalsTests {
  private func subject(_ name: String) throws -> RenewalSubject {
    RenewalSubject(
      name: try Sample.name(name), grant: .clientCredentials,
      service: OAuthService(token: "https://id.example.com/token", refresh: RefreshRules()),
      plain: [:], version: "1", declared: nil, destinations: nil)
  }

  @Test func aSignalFinishesWhatHasBegunAndDropsWhatWaits() async throws {
    let begun = Mutex(0)
    let isEnding = Mutex(false)
    let gate = Sleepers()
    let renewals = BackgroundRenewals(
      isEnding: { isEnding.withLock { $0 } },
      renew: { _ in
        begun.withLock { $0 += 1 }
        await gate.wait()
        return .notDue(until: nil)
      }, completion: {})
    let work = try (0..<20).map { (try subject("c-\($0)"), [:]) as BackgroundRenewals.Work }
    let hasFilled = await withDiscardingTaskGroup { group in
      renewals.begin(work, in: &group)
      #expect(renewals.inProgress.count == 20)
      let hasFilled: ()? = try? await eventually("as many as one service may have are begun") {
        begun.withLock { $0 } == Renewer.width
      }
      isEnding.withLock { $0 = true }
      gate.wakeAll()
      return hasFilled != nil
    }
    #expect(hasFilled)
    #expect(begun.withLock { $0 } == Renewer.width)
    #expect(renewals.takeCompleted().count == Renewer.width)
    #expect(renewals.inProgress.isEmpty)
  }

  @Test func withoutASignalEachIsRenewedOnce() async throws {
    let names = Mutex<[ConnectionName]>([])
    let renewals = BackgroundRenewals(
      isEnding: { false },
      renew: { work in
        names.withLock { $0.append(work.subject.name) }
        return .notDue(until: nil)
      }, completion: {})
    let work = try (0..<40).map { (try subject("c-\($0)"), [:]) as BackgroundRenewals.Work }
    await withDiscardingTaskGroup { renewals.begin(work, in: &$0) }
    #expect(names.withLock { $0.sorted() } == work.map(\.subject.name).sorted())
    #expect(renewals.takeCompleted().count == 40)
    #expect(renewals.takeCompleted().isEmpty)
  }
}
