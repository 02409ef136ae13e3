import Synchronization

/// Values that are never deallocated: the kernel takes their memory back at exit in one step, and
/// releasing a hundred thousand connections one by one takes as long as comparing them.
enum LeakedAtExit {
  private static let values = Mutex<[any Sendable]>([])

  static func keep(_ value: any Sendable) { values.withLock { $0.append(value) } }
}
