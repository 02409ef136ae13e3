/// Something of a store that is not what a holder of its key wrote.
package struct ContentFault: Hashable, Sendable {
  /// A connection's name, as the store has it; `nil` for the store as a whole.
  package let name: String?
  package let reason: String

  private static let shown = 20

  package init(_ name: String?, _ reason: String) {
    self.name = name
    self.reason = reason
  }

  /// In one line, for people.
  package static func summary(of faults: [ContentFault]) -> String {
    let shown = faults.prefix(shown).map { fault in
      fault.name.map { "`\($0)`: \(fault.reason)" } ?? fault.reason
    }
    let more = faults.count > self.shown ? "; and \(faults.count - self.shown) more" : ""
    return shown.joined(separator: "; ") + more
  }
}
