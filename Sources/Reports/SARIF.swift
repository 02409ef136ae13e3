package import Diagnostics
import Encodings
import Model

/// Diagnostics for code scanning: SARIF 2.1.0 (OASIS), with one rule for each code.
package enum SARIF {
  /// GitHub takes no more results in one run.
  package static let mostResults = 25_000

  /// - Parameters:
  ///   - folder: the project's folder within its repository, with a `/` at its end; or empty.
  ///   - projectFile: the location of a result that is about no file.
  package static func text(
    _ diagnostics: [Diagnostic], version: String, folder: String, projectFile: String
  ) -> MachineText {
    let kept = diagnostics.sorted { $0.severity < $1.severity }.prefix(mostResults)
    var fingerprints = Fingerprints()
    let results = kept.map { diagnostic in
      ResultObject(
        diagnostic, uri: percentEncoded(path: folder + (diagnostic.location?.file ?? projectFile)),
        fingerprint: fingerprints.next(diagnostic))
    }
    return json(
      Log(runs: [
        Run(
          tool: Tool(
            driver: Driver(version: version, rules: DiagnosticCode.allCases.map(Rule.init))),
          results: results)
      ]))
  }

  private struct Log: Encodable {
    let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    let version = "2.1.0"
    let runs: [Run]

    enum CodingKeys: String, CodingKey {
      case schema = "$schema"
      case version, runs
    }
  }

  private struct Run: Encodable {
    let tool: Tool
    let columnKind = "unicodeCodePoints"
    let results: [ResultObject]
  }

  private struct Tool: Encodable { let driver: Driver }

  private struct Driver: Encodable {
    let name = "vaultctl"
    let version: String
    let rules: [Rule]
  }

  /// A plain text message (SARIF 2.1.0 section 3.11.3).
  private struct Text: Encodable {
    let text: String

    init(_ lines: [String]) { text = lines.map(SARIF.escaped).joined(separator: "\n") }
    init(_ text: String) {
      self.init(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  /// `[text](target)` is a link in plain text too, and its brackets are escaped with backslashes
  /// (section 3.11.6); `{0}` is a placeholder, and braces are doubled (section 3.11.5).
  private static func escaped(_ line: String) -> String {
    TerminalText(line).renderedWithinLine.unicodeScalars.map { scalar in
      switch scalar {
      case "[", "]", "\\": "\\\(scalar)"
      case "{", "}": "\(scalar)\(scalar)"
      default: String(scalar)
      }
    }.joined()
  }

  private struct Rule: Encodable {
    let id: String
    let shortDescription: Text
    let fullDescription: Text
    let help: Text

    init(_ code: DiagnosticCode) {
      let explanation = code.explanation
      id = code.rawValue
      shortDescription = Text(explanation.title)
      fullDescription = Text(explanation.text)
      help = Text("\(explanation.text)\n\nIn a terminal: vaultctl explain \(id)")
    }
  }

  private struct ResultObject: Encodable {
    let ruleId: String
    let level: String
    let message: Text
    let locations: [Location]
    let partialFingerprints: [String: String]

    init(_ diagnostic: Diagnostic, uri: String, fingerprint: String) {
      ruleId = diagnostic.code.rawValue
      level =
        switch diagnostic.severity {
        case .error: "error"
        case .warning: "warning"
        case .info: "note"
        }
      message = Text(diagnostic.lines)
      locations = [
        Location(
          physicalLocation: PhysicalLocation(
            artifactLocation: Artifact(uri: uri),
            region: diagnostic.location?.range.map(Region.init)))
      ]
      partialFingerprints = ["primaryLocationLineHash": fingerprint]
    }
  }

  private struct Location: Encodable { let physicalLocation: PhysicalLocation }

  private struct PhysicalLocation: Encodable {
    let artifactLocation: Artifact
    let region: Region?
  }

  private struct Artifact: Encodable { let uri: String }

  private struct Region: Encodable {
    let startLine: Int
    let startColumn: Int
    let endLine: Int
    let endColumn: Int

    init(_ range: SourceRange) {
      startLine = range.start.line
      startColumn = range.start.column
      endLine = range.end.line
      endColumn = range.end.column
    }
  }
}
