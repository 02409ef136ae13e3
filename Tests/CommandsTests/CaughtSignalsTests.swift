import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Commands

/// Each test has a signal of its own, because they are the whole process'.
@Suite struct CaughtSignalsTests {
  /// What a handler saw, in its order.
  private final class Seen: Sendable {
    private let numbers = Mutex<[Int32]>([])
    var all: [Int32] { numbers.withLock { $0 } }
    func add(_ number: Int32) { numbers.withLock { $0.append(number) } }
  }

  /// The first object in a process, and those after it.
  @Test func aSignalIsCaughtFromTheBeginning() async throws {
    for round in 1...50 {
      let seen = Seen()
      let signals = CaughtSignals([SIGVTALRM]) { seen.add($0) }
      kill(getpid(), SIGVTALRM)
      try await eventually("signal \(round)") { seen.all == [SIGVTALRM] }
      signals.end()
    }
  }

  @Test func ofTwoObjectsEachGetsIt() async throws {
    let (outer, inner) = (Seen(), Seen())
    let outerSignals = CaughtSignals([SIGUSR1]) { outer.add($0) }
    let innerSignals = CaughtSignals([SIGUSR1]) { inner.add($0) }
    kill(getpid(), SIGUSR1)
    try await eventually("both") { outer.all.count == 1 && inner.all.count == 1 }
    innerSignals.end()
    kill(getpid(), SIGUSR1)
    try await eventually("the outer one") { outer.all.count == 2 }
    #expect(inner.all.count == 1)
    outerSignals.end()
  }

  /// nohup(1) arranges it.
  @Test func whatWasIgnoredIsIgnoredAgain() {
    signal(SIGUSR2, SIG_IGN)
    let signals = CaughtSignals([SIGUSR2]) { _ in }
    #expect(!CaughtSignals.isIgnored(SIGUSR2))
    signals.end()
    signals.end()
    #expect(CaughtSignals.isIgnored(SIGUSR2))
    signal(SIGUSR2, SIG_DFL)
  }

  @Test func theHandlerHasReturnedAtTheEnd() async throws {
    let (started, ended) = (Seen(), Seen())
    let signals = CaughtSignals([SIGPROF]) {
      started.add($0)
      Thread.sleep(forTimeInterval: 0.2)
      ended.add($0)
    }
    kill(getpid(), SIGPROF)
    try await eventually("the handler") { !started.all.isEmpty }
    signals.end()
    #expect(ended.all == [SIGPROF])
  }
}
