package import Stores

/// Whether a response is in the journal.
package enum Journaling: Hashable, Sendable {
  case written
  /// The journal could not be written either.
  case failed(StoreError)
}
