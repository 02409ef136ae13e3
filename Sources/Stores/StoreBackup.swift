/// Copies of a store that is one file.
package protocol StoreBackup: Sendable {
  /// A copy of one moment, while others may write. Nothing of the store changes.
  ///
  /// - Parameter path: absolute; of a file that does not exist.
  /// - Throws: `unavailable` if there is no store yet.
  func copy(to path: String) async throws(StoreError)

  /// Whether the store's file is whole; no value is opened.
  ///
  /// - Returns: how many connections it has.
  /// - Throws: `corrupt` if it is not, `unavailable` if there is no store yet.
  func check() async throws(StoreError) -> Int

  /// Whether a copy is a whole store of this kind.
  ///
  /// - Returns: how many connections it has.
  /// - Throws: `corrupt` if it is not.
  func check(_ path: String) async throws(StoreError) -> Int

  /// What of a copy, or of the store itself, is not what a holder of its key wrote.
  ///
  /// - Parameter path: of a copy; `nil` for the store.
  /// - Throws: `corrupt` if it has no codes, though its key demands them.
  func contentCheck(of path: String?) async throws(StoreError) -> StoreContentCheck

  /// Whether a copy could become the store.
  ///
  /// - Throws: `refused` if there is a store.
  func requireVacancy() async throws(StoreError)

  /// Makes a checked copy the store.
  ///
  /// - Parameter path: of a file beside the store, which is moved.
  /// - Throws: `refused` if there is a store.
  func install(_ path: String) async throws(StoreError)

  /// A new folder for a copy; that of the store is created if it does not exist.
  ///
  /// - Parameter removingAbandoned: whether the folders that killed processes left are removed.
  func makeCopyFolder(removingAbandoned: Bool) async throws(StoreError) -> CopyFolder
}

/// What the codes of a store show.
package struct StoreContentCheck: Hashable, Sendable {
  package let faults: [ContentFault]
  /// Why nothing was checked; `nil` if all was.
  package let doubt: String?

  package init(faults: [ContentFault], doubt: String? = nil) {
    self.faults = faults
    self.doubt = doubt
  }
}
