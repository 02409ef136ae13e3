import Diagnostics
import Model

/// One thing that changes in a connection, as one line for people: `zone = "eu" -> "us"`.
struct DetailLine: Hashable {
  enum Mark: Hashable { case added, changed, removed }

  let mark: Mark
  let text: TerminalText

  /// The details of one change, with aligned equals signs.
  static func aligned(_ details: [some TitledDetail]) -> [DetailLine] {
    let width = details.map(\.title.width).max() ?? 0
    return details.map { detail in
      let (mark, value) = detail.summary
      return DetailLine(mark: mark, text: "\(detail.title.padded(to: width)) = \(value)")
    }
  }

  /// The values before and after; one of them may be missing.
  static func moved(_ from: TerminalText?, _ to: TerminalText?) -> (Mark, TerminalText) {
    switch (from, to) {
    case (nil, let to): (.added, to ?? "")
    case (let from?, nil): (.removed, from)
    case (let from?, let to?): (.changed, "\(from) -> \(to)")
    }
  }
}

/// A detail that fits on one line: `title = summary`.
protocol TitledDetail {
  var title: TerminalText { get }
  var summary: (DetailLine.Mark, TerminalText) { get }
}
