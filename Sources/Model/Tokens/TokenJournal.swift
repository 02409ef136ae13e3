/// Where the response of a service is kept until its tokens are saved.
package enum TokenJournal: String, Hashable, Sendable, CaseIterable {
  /// Beside the project file.
  case disk
  /// In the store, for machines without a disk. A store in a file is on the disk itself.
  case store
}
