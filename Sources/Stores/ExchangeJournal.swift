/// A place for the responses of services whose tokens are not saved yet. They are sealed before they come
/// here.
package protocol ExchangeJournal: Sendable {
  /// Adds an entry; it is kept when this returns.
  ///
  /// - Parameter name: random, so that no two entries share one.
  func add(_ bytes: [UInt8], as name: String) async throws(StoreError)

  /// Removes an entry; one that does not exist is fine.
  func remove(_ name: String) async throws(StoreError)

  /// Whether entries could be added now; nothing stays of it.
  ///
  /// - Throws: why not.
  func check() async throws(StoreError)

  /// All entries, in no order.
  func entries() async throws(StoreError) -> [ExchangeEntry]
}

extension ExchangeJournal {
  /// A store that takes no entry takes no claim, and then nothing is requested.
  package func check() async throws(StoreError) {}
}

package struct ExchangeEntry: Sendable {
  /// For people: a path.
  package let location: String
  /// `nil` if it cannot be read.
  package let bytes: [UInt8]?
  /// False if it may be in the middle of being written.
  package let isComplete: Bool

  package init(location: String, bytes: [UInt8]?, isComplete: Bool = true) {
    self.location = location
    self.bytes = bytes
    self.isComplete = isComplete
  }
}
