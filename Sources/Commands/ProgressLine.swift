import Diagnostics
import Synchronization

/// A line of the terminal that says how far a step is: `Opening values: 120 of 500, 84/s, 5 s left`.
///
/// It appears when a step has taken a second, and goes before anything else is written. Nothing is drawn
/// between two items, because gpg may be asking for a passphrase on this terminal.
final class ProgressLine: Sendable {
  /// The terminal has one.
  static let shared = ProgressLine()

  private struct Step {
    let title: String
    let total: Int
    let start: ContinuousClock.Instant
    var done = 0
    var drawn: ContinuousClock.Instant?
  }

  private let step = Mutex<Step?>(nil)

  private static let delay: Duration = .seconds(1)
  private static let pause: Duration = .milliseconds(100)

  private init() {}

  /// One more item of a step is done; the first one begins it.
  func advance(_ title: String, of total: Int, at now: ContinuousClock.Instant = .now) {
    step.withLock { step in
      if step?.title != title || step?.total != total {
        Self.erase(&step)
        step = Step(title: title, total: total, start: now)
      }
      guard var current = step else { return }
      current.done += 1
      let isDue = (current.drawn.map { now - $0 } ?? .seconds(60)) >= Self.pause
      if now - current.start >= Self.delay, isDue {
        current.drawn = now
        step = current
        Self.draw(current, at: now)
      } else {
        step = current
      }
      if current.done >= total { Self.erase(&step) }
    }
  }

  /// Something else is about to be written.
  func erase() { step.withLock { Self.erase(&$0, keepsStep: true) } }

  private static func erase(_ step: inout Step?, keepsStep: Bool = false) {
    if step?.drawn != nil { OutputStream.standardError.write("\r\u{1B}[K") }
    if keepsStep { step?.drawn = nil } else { step = nil }
  }

  private static func draw(_ step: Step, at now: ContinuousClock.Instant) {
    let line = text(step.title, done: step.done, of: step.total, after: now - step.start)
    let width = OutputStream.standardError.terminalWidth ?? 80
    OutputStream.standardError.write("\r\(line.cut(to: width - 1).rendered)\u{1B}[K")
  }

  static func text(
    _ title: String, done: Int, of total: Int, after duration: Duration
  ) -> TerminalText {
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    // The first item began the step.
    let rate = seconds > 0 ? Double(done - 1) / seconds : 0
    guard rate > 0 else { return "\(title): \(done) of \(total)" }
    let left = Int((Double(total - done) / rate).rounded(.up))
    let shown = rate >= 10 ? "\(Int(rate))" : "\(Double(Int(rate * 10)) / 10)"
    return "\(title): \(done) of \(total), \(shown)/s, \(time(left)) left"
  }

  private static func time(_ seconds: Int) -> String {
    seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}
