import Diagnostics
import Model
import Pacing
import Renewing
import Reports
import Stores

/// The passes of a renewal service over one environment.
///
/// Each looks at all connections and begins to renew what is due; the renewals themselves run beside the
/// passes. What could not be done is reported when it begins and when it ends, and not each time.
struct RenewalPasses {
  private let renewer: TokenRenewer
  private let termination: TerminationSignal
  private let console: Console
  /// Shows the renewals of one pass.
  private let show: ([CompletedRenewal], Session) -> Void
  private let bell = Bell()
  private let renewals: BackgroundRenewals
  private var metrics = RenewalMetrics.Environment()
  /// What was reported.
  private var outcomes: [ConnectionName: RenewalOutcome] = [:]
  private var absence = StoreAbsence()
  private let copies: CopyUpkeep
  /// What the last pass that could read the store found there.
  private var outlook: TokenRenewer.Outlook?

  /// Seconds after which it looks for connections that are new, and for a store that is back.
  private static let longestPause: Int64 = 30
  /// From the begin of one pass to that of the next, and after one in which nothing has completed.
  private static let shortestInterval = Duration.milliseconds(500)
  private static let shortestPause = Duration.milliseconds(50)

  init(
    renewer: TokenRenewer, termination: TerminationSignal, console: Console,
    show: @escaping ([CompletedRenewal], Session) -> Void
  ) {
    self.renewer = renewer
    self.termination = termination
    self.console = console
    self.show = show
    renewals = renewer.background { [bell] in bell.ring() }
    copies = CopyUpkeep(renewer, console: console)
  }

  /// Returns once a signal has come and nothing is in progress.
  ///
  /// - Parameter publish: is called after each pass, and in the end.
  mutating func run(publish: (RenewalMetrics.Environment) -> Void) async {
    await withDiscardingTaskGroup { group in
      group.addTask { [copies, termination] in await copies.run(until: termination) }
      while !termination.isReceived {
        let begin = Runtime.live.elapsed()
        let pause = await pass(in: &group)
        publish(metrics)
        // What has completed since it was looked at is looked at now, and later ones ring.
        bell.silence()
        let runtime = termination.endingSleeps(of: .live)
        if !renewals.hasCompleted {
          let pause = max(.milliseconds(pause), Self.shortestPause)
          await bell.sleep(for: min(pause, .seconds(Self.longestPause)), runtime)
        }
        let rest = Self.shortestInterval - (runtime.elapsed() - begin)
        if rest > .zero { await runtime.sleep(rest) }
      }
    }
    reportCompleted()
    metrics.storeErrors += copies.takeFailures()
    publish(metrics)
  }

  /// - Returns: the milliseconds until the next one is needed.
  private mutating func pass(in group: inout DiscardingTaskGroup) async -> Int64 {
    let session = renewer.session
    do {
      let pass = try await renewer.pass(renewals, in: &group, console: console)
      if absence.ended() > 0 {
        console.note("\(session.store.description) is available again.")
      }
      metrics.add(pass)
      report(pass.results)
      outlook = pass.outlook
      copies.note(isStoreAvailable: true)
      metrics.storeErrors += copies.takeFailures()
      reportLooked()
      metrics.lastSuccess = metrics.lastPass
      guard let due = pass.outlook.nextDue else { return .max }
      return due.milliseconds - session.runtime.now().milliseconds
    } catch {
      reportCompleted()
      copies.note(isStoreAvailable: false)
      metrics.storeErrors += 1
      reportLooked()
      // An unavailable store may come back.
      let (new, pause) = absence.failed(
        Failure(error, outcome: .failed).diagnostics, fraction: session.runtime.random())
      console.report(new)
      return Int64(pause / .milliseconds(1))
    }
  }

  /// Who watches over this process goes by this host's clock; tokens expire by the store's, whether it can be
  /// read or not.
  private mutating func reportLooked() {
    metrics.lastPass = Runtime.live.now()
    metrics.connections = outlook?.tokens(at: renewer.session.runtime.now()) ?? [:]
  }

  /// Shows those of a pass that differ from the last ones.
  private mutating func report(_ results: [CompletedRenewal]) {
    let news = results.filter { !(outcomes[$0.name]?.isSame(as: $0.outcome) ?? false) }
    if !news.isEmpty { show(news, renewer.session) }
    let inProgress = renewals.inProgress
    outcomes = outcomes.filter { inProgress.contains($0.key) }
    outcomes.merge(results.map { ($0.name, $0.outcome) }) { $1 }
  }

  /// What a pass would have shown that did not come to it.
  private mutating func reportCompleted() {
    let results = renewals.takeCompleted()
    if results.isEmpty { return }
    show(results, renewer.session)
    metrics.add(results)
    outcomes.merge(results.map { ($0.name, $0.outcome) }) { $1 }
  }
}
