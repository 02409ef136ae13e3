import Diagnostics
import Model
import Stores

/// How one change ended.
struct WriteOutcome: Sendable {
  let result: ApplyOutcome.ChangeResult
  /// No other change can succeed either.
  var stopsTheRun = false
}

/// Carries out one change that was prepared, and journals how it ended.
struct ChangeWriter: Sendable {
  let store: StoreDescription
  let run: ApplyRun

  func carryOut(_ write: StoreWrite) async -> WriteOutcome {
    do throws(StoreError) {
      _ = try await run.writer.carryOut(write)
      return WriteOutcome(result: .done)
    } catch {
      let diagnostics = [Diagnostic(error, in: store, about: write.name)]
      // What may have been done stays in the journal, for the next run to recover.
      if error.leavesDoubt {
        return WriteOutcome(result: .inDoubt(diagnostics), stopsTheRun: error.stopsTheRun)
      }
      try? await run.abandon?(write.name)
      return WriteOutcome(result: .failed(diagnostics), stopsTheRun: error.stopsTheRun)
    }
  }
}
