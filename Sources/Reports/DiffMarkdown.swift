import Diagnostics
import Model

/// A diff as the comment of a pull request: the summary, and the text in a fence; never longer than
/// GitHub takes.
package enum DiffMarkdown {
  package static func text(_ report: DiffReport) -> MachineText {
    let plain = DiffText(palette: Palette(isOn: false), report)
    let head = "<!-- vaultctl diff -->\n### \(plain.summary)\n"
    if report.diff.isEmpty { return MachineText(written: head) }
    var lines = plain.text.rendered.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    let ticks = Markdown.fence(lines)
    // The end, which has the findings and the sum, is kept; what is left out is in the middle.
    let room = PlanMarkdown.limit - head.utf8.count - 2 * ticks.utf8.count - 256
    var size = lines.reduce(0) { $0 + $1.utf8.count + 1 }
    var leftOut = 0
    let keptAtEnd = min(lines.count / 4, 200)
    while size > room, lines.count > keptAtEnd {
      size -= lines.remove(at: lines.count - keptAtEnd - 1).utf8.count + 1
      leftOut += 1
    }
    if leftOut > 0 {
      lines.insert(
        "… \(leftOut) lines omitted; run `vaultctl diff` to see all", at: lines.count - keptAtEnd)
    }
    return MachineText(
      written: head + "\n\(ticks)text\n" + lines.joined(separator: "\n") + "\(ticks)\n")
  }
}
