import FoundationEssentials
import Glibc
import Synchronization

extension ChildProcess {
  /// Signals the process group that this one leads, also once it has ended itself: its id is not given to
  /// another process while the group has a member.
  ///
  /// - Parameter number: 0 signals nobody.
  /// - Returns: false if the group has no member. Then its id may soon be another's.
  @discardableResult
  package func signalGroup(_ number: Int32) -> Bool { kill(-id, number) == 0 }

  /// Signals the process and all that it has started: a shell does not pass signals on.
  package func signalWithDescendants(_ number: Int32) {
    ended.withLock { ended in
      // The id of a process that was reaped may be another's.
      guard ended == nil else { return }
      let others = Self.descendants(of: id)
      kill(id, number)
      for process in others { kill(process, number) }
    }
  }

  /// proc(5), `/proc/pid/task/tid/children`: any thread may have started one.
  private static func descendants(of process: Int32) -> [Int32] {
    let threads = "/proc/\(process)/task"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []
    return names.flatMap { name in
      ((try? String(contentsOfFile: "\(threads)/\(name)/children", encoding: .utf8)) ?? "")
        .split(separator: " ").compactMap { Int32($0) }
    }.flatMap { [$0] + descendants(of: $0) }
  }
}
