package import Diagnostics
import Model

/// What vaultctl needs on a machine, and how to get what is missing.
package struct DoctorReport: Sendable {
  package struct Check: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
      case fine(String)
      case problem(String, fixes: [String])
      /// Something else has to be fixed first.
      case skipped(String)
    }

    let name: String
    let result: Result

    package init(_ name: String, _ result: Result) {
      self.name = name
      self.result = result
    }

    package var isProblem: Bool {
      switch result {
      case .problem: true
      case .fine, .skipped: false
      }
    }
  }

  private let checks: [Check]
  package init(checks: [Check]) { self.checks = checks }

  package var hasProblem: Bool { checks.contains(where: \.isProblem) }

  package func text(_ palette: Palette) -> TerminalText {
    let rows = checks.map { check -> [TerminalText] in
      let state: TerminalText =
        switch check.result {
        case .fine: palette.green("ok")
        case .problem: palette.red("problem")
        case .skipped: palette.yellow("skipped")
        }
      return [state, TerminalText(check.name), TerminalText(check.summary)]
    }
    let table = aligned(rows, palette, columns: [.whole, .whole, .wrapped])
    let lines = zip(checks, table).flatMap { check, line -> [TerminalText] in
      [line]
        + check.fixes.map {
          ("    fix: \($0)" as TerminalText).wrapped(
            to: palette.width, hanging: 5, hasCommands: true)
        }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSONReport {
    struct CheckForm: Encodable {
      let name: String
      let state: String
      let summary: String
      let fixes: [String]
    }
    struct Form: Encodable {
      let checks: [CheckForm]
    }
    return JSONReport(
      Form(
        checks: checks.map {
          CheckForm(name: $0.name, state: $0.state, summary: $0.summary, fixes: $0.fixes)
        }))
  }
}

extension DoctorReport.Check {
  fileprivate var summary: String {
    switch result {
    case .fine(let summary), .problem(let summary, _), .skipped(let summary): summary
    }
  }

  fileprivate var fixes: [String] {
    switch result {
    case .problem(_, let fixes): fixes
    case .fine, .skipped: []
    }
  }

  fileprivate var state: String {
    switch result {
    case .fine: "ok"
    case .problem: "problem"
    case .skipped: "skipped"
    }
  }
}
