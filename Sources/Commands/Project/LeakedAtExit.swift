import Synchronization

/// Values that are never deallocated: the kernel takes their memory back at exit in one step, and
/// releasing a hundred thousand connections one by one takes as long as comparing them.
enum LeakedAtExit {
  private static let values = Mutex<[any Sendable]>([])

  /// For a command that reads again and again.
  static func release() { values.withLock { $0 = [] } }

  static func keep(_ value: any Sendable) { values.withLock { $0.append(value) } }
}
