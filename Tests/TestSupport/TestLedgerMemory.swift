package import Ledgers
import Synchronization

/// Remembers what was seen of a ledger as long as a test runs.
package final class TestLedgerMemory: LedgerMemory {
  private let state = Mutex<LedgerSighting?>(nil)

  package init() {}

  package func sighting() -> LedgerSighting? { state.withLock { $0 } }
  package func remember(_ sighting: LedgerSighting) { state.withLock { $0 = sighting } }
  package func forget() { state.withLock { $0 = nil } }
}
