import Diagnostics
import Reports

/// Wrong usage as a document, for a program that asked for JSON.
struct UsageReport {
  /// On one line, so that it is a document of a stream, too.
  let text: MachineText

  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - path: the command that was called.
  ///   - description: of that command; `nil` if there is none.
  /// - Returns: `nil` unless the arguments ask for JSON, and the command may have it.
  init?(
    _ message: ArgumentMessage, usage: String?, arguments: some Sequence<String>, path: [String],
    _ description: CommandDescription?
  ) {
    guard Self.format(in: arguments, description) == "json" else { return nil }
    let lines = message.summary.split(separator: "\n").map(String.init)
    let called = (["vaultctl"] + path).joined(separator: " ")
    text = JSONReport.empty.line([
      Diagnostic(
        .wrongUsage, lines.first ?? "wrong usage",
        notes: lines.dropFirst() + [usage.map { "usage: \($0)" }].compactMap(\.self),
        help: ["see its options: \(called) --help"])
    ])
  }

  /// The value of the option that chooses the format; `nil` if the command reports nothing.
  private static func format(
    in arguments: some Sequence<String>, _ description: CommandDescription?
  ) -> String? {
    let option = description?.ownOptions.first { option in
      (option.names ?? []).contains { $0.text == "--output" }
    }
    // A command that does not exist may have been meant as one that reports.
    guard option != nil || description?.shownSubcommands.isEmpty != true else { return nil }
    var format = option?.defaultValue
    var words = arguments.prefix { $0 != "--" }.makeIterator()
    while let word = words.next() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard ["-o", "--output", "--format"].contains(parts[0]) else { continue }
      format = parts.count == 2 ? String(parts[1]) : words.next()
    }
    return format
  }
}
