import Diagnostics
import Pacing
import Reports

/// Shows the state of connections again and again, until a signal ends it.
///
/// On a terminal the list is redrawn where it is; other output gets it when it changes. What cannot be read
/// now may be readable later, so the error is shown and the read is tried again.
struct StatusWatch {
  let run: StatusRun
  let global: GlobalOptions
  /// Seconds.
  let interval: Int64

  /// - Throws: if the first look fails.
  func run(_ console: Console) async throws -> Outcome {
    let termination = TerminationSignal(.live)
    var last: [StatusList]?
    while !termination.isReceived, !console.hasLostOutput {
      do {
        let result = try await run.result(global)
        if last == nil { console.report(result.untrusted, sources: result.sources) }
        if result.lists != last || console.repaints {
          show(result, console)
          last = result.lists
        }
      } catch {
        if last == nil { throw error }
        let failure = Failure(error, outcome: .failed)
        console.report(failure.diagnostics, sources: failure.sources)
      }
      await termination.sleep(for: .seconds(interval))
    }
    return .fine
  }

  private func show(_ result: StatusRun.Result, _ console: Console) {
    let now = Runtime.live.now()
    let text = StatusText(palette: console.palette).text(result.lists)
    console.repaint("\(now)\n\n\(text)")
    console.result(StatusJSON.report(result.lists, isOfAll: global.namesAllEnvironments))
    console.report(result.faults)
  }
}
