import Foundation

/// A process that this one did not start, by its id and its start: the id of one that has ended may soon be
/// another's, which must not be signalled.
package struct ObservedProcess: Sendable {
  package let id: Int32
  private let start: Substring

  /// - Returns: `nil` if there is none.
  package init?(_ id: Int32) {
    guard let start = Self.start(of: id) else { return nil }
    (self.id, self.start) = (id, start)
  }

  package var isRunning: Bool { Self.start(of: id) == start }

  package func signal(_ number: Int32) { if isRunning { kill(id, number) } }

  /// Ticks since the machine was started (proc(5), `starttime`, the twentieth field after the name).
  private static func start(of id: Int32) -> Substring? {
    let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    guard let stat, let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? fields[19] : nil
  }
}
