import Synchronization

/// What lives as long as the process. The kernel takes its memory back at once; to let go of a
/// hundred thousand connections one by one takes as long as to compare them.
enum LeakedAtExit {
  private static let values = Mutex<[any Sendable]>([])

  static func keep(_ value: any Sendable) { values.withLock { $0.append(value) } }
}
