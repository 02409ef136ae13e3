import Model
import Stores
import Synchronization
import Testing

/// A store's key that is read as a test says, and cannot be sealed again.
final class RecordedKey: StoreKeyAccess {
  enum Read: Sendable {
    case absent
    case text(String)
    case unavailable
  }

  private let reads: Mutex<[Read]>

  init(_ reads: [Read]) { self.reads = Mutex(reads.reversed()) }

  func sealed() async throws(StoreError) -> String? {
    switch reads.withLock({ $0.popLast() }) {
    case .text(let text): return text
    case .absent: return nil
    case .unavailable: throw .unavailable("the cable was pulled")
    case nil:
      Issue.record("the key is read once more than expected")
      return nil
    }
  }

  func prepare() async throws(StoreError) {}

  func present() async throws(StoreError) -> StoreKey? {
    Issue.record("nothing needs the opened key")
    return nil
  }

  func open(_ sealed: String) async throws(StoreError) -> StoreKey {
    Issue.record("nothing needs the opened key")
    throw .keyUnavailable("no key is here")
  }

  func update(makesNew: Bool, by provenance: Provenance) async throws(StoreError) {
    throw .outcomeUnknown("the answer was lost")
  }
}
