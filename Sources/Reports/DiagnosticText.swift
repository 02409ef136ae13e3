package import Diagnostics

/// Diagnostics for people, each with its place, the line it is about, and what mends it.
package struct DiagnosticText: Sendable {
  private let sources: [String: RedactedSource]
  private let palette: Palette

  package init(sources: [String: RedactedSource] = [:], palette: Palette) {
    self.sources = sources
    self.palette = palette
  }

  package func text(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { text($0) + "\n" }.joined(separator: "\n")
  }

  package func text(_ diagnostic: Diagnostic) -> String {
    var lines = [headline(diagnostic)]
    let width = diagnostic.location?.range.map { String($0.start.line).count } ?? 1
    let margin = String(repeating: " ", count: width)
    if let location = diagnostic.location {
      lines.append("\(margin)\(palette.blue("-->")) \(summary(location))")
      lines += snippet(diagnostic, location, margin: margin)
    }
    lines += diagnostic.notes.map { "\(margin) \(palette.blue("=")) note: \(shown($0))" }
    lines += diagnostic.help.map { "\(margin) \(palette.blue("=")) help: \(shown($0))" }
    return lines.joined(separator: "\n")
  }

  private func headline(_ diagnostic: Diagnostic) -> String {
    let tag = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    let coloured =
      switch diagnostic.severity {
      case .error: palette.red(tag)
      case .warning: palette.yellow(tag)
      case .info: palette.blue(tag)
      }
    return "\(coloured): \(palette.bold(shown(diagnostic.message)))"
  }

  private func summary(_ location: Location) -> String {
    switch location {
    case .source(let file, let range): "\(shown(file)):\(range.start.line):\(range.start.column)"
    case .file(let file): shown(file)
    case .connection(let name, let store): "\(shown(store)), connection `\(shown(name))`"
    }
  }

  private func snippet(
    _ diagnostic: Diagnostic, _ location: Location, margin: String
  ) -> [String] {
    guard let file = location.file, let range = location.range,
      let (line, marked) = sources[file]?.snippet(range)
    else { return [] }
    let bar = palette.blue("|")
    let spaces = String(repeating: " ", count: marked.lowerBound)
    let carets = String(repeating: "^", count: marked.count)
    let label = diagnostic.label.map { " " + shown($0) } ?? ""
    return [
      "\(margin) \(bar)", "\(range.start.line) \(bar) \(line)",
      "\(margin) \(bar) \(spaces)\(palette.red(carets + label))",
    ]
  }
}

extension Diagnostic {
  /// All that it says but its place, for services that show that themselves.
  var lines: [String] { [message] + notes + help.map { "help: \($0)" } }
}
