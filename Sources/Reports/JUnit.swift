package import Diagnostics

/// Diagnostics as JUnit XML, which most CI services show: each file is a test case, which fails if
/// the file has an error; warnings are what it printed.
package enum JUnit {
  /// - Parameter files: all checked files, so that valid ones show as passed.
  package static func text(
    _ diagnostics: [Diagnostic], suite: String, files: [String], projectFile: String
  ) -> MachineText {
    let byFile = Dictionary(grouping: diagnostics) { $0.location?.file ?? projectFile }
    let names = Set(files).union(byFile.keys).union([projectFile]).sorted()
    let failures = names.count { byFile[$0]?.hasErrors ?? false }
    let head = "name=\"\(escaped(suite))\" tests=\"\(names.count)\" failures=\"\(failures)\""
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(head)>",
      "  <testsuite \(head) errors=\"0\" skipped=\"0\">",
    ]
    lines += names.map { testCase($0, byFile[$0] ?? [], suite: suite) }
    return MachineText(
      written: (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n")
  }

  private static func testCase(
    _ file: String, _ diagnostics: [Diagnostic], suite: String
  ) -> String {
    let head = "    <testcase classname=\"\(escaped(suite))\" name=\"\(escaped(file))\""
    if diagnostics.isEmpty { return head + "/>" }
    let writer = DiagnosticText(palette: Palette(isOn: false))
    let errors = diagnostics.filter { $0.severity == .error }
    let others = diagnostics.filter { $0.severity != .error }
    var lines = [head + ">"]
    if let first = errors.first {
      lines.append(
        "      <failure type=\"\(first.code.rawValue)\" message=\"\(escaped(first.message))\">"
          + inText(writer.text(errors).rendered) + "</failure>")
    }
    if !others.isEmpty {
      lines.append("      <system-out>\(inText(writer.text(others).rendered))</system-out>")
    }
    return (lines + ["    </testcase>"]).joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    inText(TerminalText(text).renderedWithinLine)
  }

  /// XML 1.0 section 2.4. Of what it cannot hold at all (section 2.2), `TerminalText` has escaped the
  /// controls.
  private static func inText(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": escaped += "?"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
