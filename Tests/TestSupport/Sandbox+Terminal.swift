import Foundation
package import Testing

extension Sandbox {
  /// What is typed when the screen ends with a question.
  package struct Answer: Sendable {
    let question: String
    let text: String

    package init(to question: String, _ text: String) {
      self.question = question
      self.text = text
    }
  }

  /// Runs vaultctl at a terminal of its own, and records the screen.
  ///
  /// - Parameters:
  ///   - columns: of the terminal, which no line of the screen exceeds; `nil` for one that does not know them.
  ///   - mayExceed: what cannot be broken: a command that a person copies, a value, a path.
  /// - Returns: the screen's lines, without control sequences.
  @discardableResult
  package func terminal(
    _ arguments: [String], columns: Int? = 80, answers: [Answer] = [],
    environment: [String: String] = ["NO_COLOR": "1"], status: Int32 = 0,
    mayExceed: (String) -> Bool = { _ in false },
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String] {
    // Its width counts, and not that of the other tests.
    let own = environment.merging(["COLUMNS": "", "TERM": "xterm-256color"]) { named, _ in named }
    let session = try TerminalSession(self, arguments, environment: own, columns: columns)
    for answer in answers {
      try await session.waitForScreen(answer.question)
      try session.type(answer.text + "\n")
    }
    try await session.waitForEnd()
    let screen = session.screen.replacing("\r\n", with: "\n")
    transcript.record(
      ["vaultctl"] + arguments, columns: columns, screen: screen, status: session.status ?? -1)
    #expect(session.status == status, "\(arguments): \(screen)", sourceLocation: sourceLocation)
    let lines = screen.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").replacing("\r", with: "")
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if let columns {
      let wide = zip(lines, try terminalWidths(of: lines)).filter { $1 > columns }.map(\.0)
        .filter { !mayExceed($0) }
      #expect(wide.isEmpty, "\(arguments): \(screen)", sourceLocation: sourceLocation)
    }
    return lines
  }
}

/// The columns of each line, as the Unicode tables of Python's `unicodedata` have it, cluster by cluster.
package func terminalWidths(of lines: [String]) throws -> [Int] {
  let script = """
    import sys, unicodedata as u
    def width(c):
        if u.category(c) in ("Mn", "Me") or 0x1160 <= ord(c) <= 0x11FF or 0x1F3FB <= ord(c) <= 0x1F3FF:
            return 0
        return 2 if u.east_asian_width(c) in "WF" else 1
    for line in sys.stdin.buffer.read().decode().split("\\n")[:-1]:
        print(sum(map(width, line)))
    """
  let text = lines.map { $0 + "\n" }.joined()
  let finished = try run("/usr/bin/python3", ["-c", script], input: Data(text.utf8))
  return finished.text.split(separator: "\n").compactMap { Int($0) }
}
