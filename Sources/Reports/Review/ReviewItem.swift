/// One thing that a reviewer checks before merging.
struct ReviewItem: Hashable {
  /// In the order of danger.
  enum Rank: Int, Comparable {
    case error, destination, access, brokenFlow, conflict, deletion
    case empty, value, scope, setting, other

    static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }

    var isDanger: Bool { self <= .conflict }
  }

  let rank: Rank
  /// Markdown, on one line.
  let text: String
  /// What explains it, and what to do; Markdown, a line each.
  var notes: [String] = []

  /// - Parameter number: in the list.
  func markdown(_ number: Int) -> String {
    let indent = String(repeating: " ", count: "\(number). ".count)
    let lines =
      ["\(number). \(rank.isDanger ? "🔴" : "🟠") \(text)"] + notes.map { "\(indent)- \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
