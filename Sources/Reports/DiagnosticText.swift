package import Diagnostics

/// Diagnostics for people, each with its location, the source line and how to fix it.
package struct DiagnosticText: Sendable {
  private let sources: [String: RedactedSource]
  private let palette: Palette

  package init(sources: [String: RedactedSource] = [:], palette: Palette) {
    self.sources = sources
    self.palette = palette
  }

  package func text(_ diagnostics: [Diagnostic]) -> TerminalText {
    let excerpts = excerpts(for: diagnostics)
    return diagnostics.map { text($0, excerpts) + "\n" }.joined(separator: "\n")
  }

  package func text(_ diagnostic: Diagnostic) -> TerminalText {
    text(diagnostic, excerpts(for: [diagnostic]))
  }

  /// Of the files that the diagnostics name, each once.
  private func excerpts(for diagnostics: [Diagnostic]) -> [String: SourceExcerpts] {
    let files = Set(diagnostics.compactMap { $0.location?.range == nil ? nil : $0.location?.file })
    return sources.filter { files.contains($0.key) }.mapValues { SourceExcerpts($0) }
  }

  private func text(
    _ diagnostic: Diagnostic, _ excerpts: [String: SourceExcerpts]
  ) -> TerminalText {
    var lines = [headline(diagnostic)]
    let width = diagnostic.location?.range.map { String($0.start.line).count } ?? 1
    let margin = TerminalText(repeating: " ", count: width)
    if let location = diagnostic.location {
      lines.append("\(margin)\(palette.blue("-->")) \(summary(location))")
      lines += excerpt(diagnostic, location, excerpts, margin: margin)
    }
    lines += diagnostic.notes.map { remark("note", $0, hasCommands: false, margin: margin) }
    lines += diagnostic.help.map { remark("help", $0, hasCommands: true, margin: margin) }
    return lines.joined(separator: "\n")
  }

  private func remark(
    _ title: TerminalText, _ text: String, hasCommands: Bool, margin: TerminalText
  ) -> TerminalText {
    let start: TerminalText = "\(margin) \(palette.blue("=")) \(title): "
    return (start + TerminalText(text)).wrapped(
      to: palette.width, hanging: start.width - margin.width - 1, hasCommands: hasCommands)
  }

  private func headline(_ diagnostic: Diagnostic) -> TerminalText {
    let tag: TerminalText = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    let coloured: TerminalText =
      switch diagnostic.severity {
      case .error: palette.red(tag)
      case .warning: palette.yellow(tag)
      case .info: palette.blue(tag)
      }
    return ("\(coloured): \(palette.bold(TerminalText(diagnostic.message)))" as TerminalText)
      .wrapped(to: palette.width, hanging: 2)
  }

  private func summary(_ location: Location) -> TerminalText {
    switch location {
    case .source(let file, let range): "\(file):\(range.start.line):\(range.start.column)"
    case .file(let file): TerminalText(file)
    case .connection(let name, let store): "\(store), connection `\(name)`"
    }
  }

  private func excerpt(
    _ diagnostic: Diagnostic, _ location: Location, _ excerpts: [String: SourceExcerpts],
    margin: TerminalText
  ) -> [TerminalText] {
    let columns = palette.width.map { $0 - margin.width - 3 }
    guard let file = location.file, let range = location.range,
      let excerpt = excerpts[file]?.excerpt(range, columns: columns)
    else { return [] }
    let bar = palette.blue("|")
    let carets = TerminalText(repeating: "^", count: excerpt.marked.count)
    let label = diagnostic.label.map { TerminalText($0) } ?? ""
    func marked(_ text: TerminalText, from column: Int) -> TerminalText {
      let spaces = TerminalText(repeating: " ", count: column)
      return "\(margin) \(bar) \(spaces)\(palette.red(text))"
    }
    let start = excerpt.marked.lowerBound
    let line: TerminalText = label.isEmpty ? carets : "\(carets) \(label)"
    let room = columns.map { $0 - label.width } ?? .max
    let below =
      label.isEmpty || excerpt.marked.upperBound + 1 <= room
      ? [marked(line, from: start)]
      : [marked(carets, from: start), marked(label, from: max(0, min(start, room)))]
    return ["\(margin) \(bar)", "\(range.start.line) \(bar) \(excerpt.text)"] + below
  }
}

extension Diagnostic {
  /// Everything but the location, for services that show it themselves.
  var lines: [String] { [message] + notes + help.map { "help: \($0)" } }
}
