import FoundationEssentials
import Glibc

extension ChildProcess {
  /// Signals the process and all that it has started: a shell does not pass signals on.
  package func signalWithDescendants(_ number: Int32) {
    let others = Self.descendants(of: id)
    signal(number)
    for process in others { kill(process, number) }
  }

  /// proc(5), `/proc/pid/task/tid/children`.
  private static func descendants(of process: Int32) -> [Int32] {
    let path = "/proc/\(process)/task/\(process)/children"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { Int32($0) }
      .flatMap { [$0] + descendants(of: $0) }
  }
}
