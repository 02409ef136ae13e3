import Diagnostics
import Files
import Foundation
import Logging
import Pacing
import Reports
import Secrets

/// The terminal: results go to stdout, everything else to stderr.
///
/// It takes text that is safe to show, text in a program's own format, and secrets; no `String`.
struct Console: Sendable {
  let palette: Palette
  private(set) var errorPalette: Palette
  /// Logs each step, at the level that `-v` selects.
  private(set) var logger: Logger

  private let isBatch: Bool
  private let isQuiet: Bool
  private var logFormat = LogFormat.text
  private var form = ResultForm.text
  private let document = ReportDocument()
  /// The environment that proposed commands are about.
  private var scope: EnvironmentScope?
  /// Files are not written; each line of the result says so.
  private(set) var isDryRun = false

  /// - Parameters:
  ///   - verbosity: how many times `-v` was given.
  ///   - isBatch: nobody may be asked, by us or by gpg.
  ///   - isQuiet: notes and progress are left out.
  init(
    colour: ColourChoice, verbosity: Int = 0, isBatch: Bool = false, isQuiet: Bool = false
  ) {
    self.isBatch = isBatch
    self.isQuiet = isQuiet
    func isOn(_ descriptor: Int32) -> Bool {
      colour.isOn(
        isTerminal: isatty(descriptor) == 1, ProcessInfo.processInfo.environment)
    }
    palette = Palette(isOn: isOn(STDOUT_FILENO), width: Self.output.terminalWidth)
    errorPalette = Palette(
      isOn: isOn(STDERR_FILENO), width: OutputStream.standardError.terminalWidth)
    var logger = Logger(label: "vaultctl") { _ in LogLines() }
    logger.logLevel =
      switch verbosity {
      case ...0: .warning
      case 1: .info
      case 2: .debug
      default: .trace
      }
    self.logger = logger
  }

  /// The same console, whose messages have this form.
  func logging(as format: LogFormat) -> Console {
    var console = self
    console.logFormat = format
    if format == .json {
      console.errorPalette = Palette(isOn: false)
      console.logger = Logger(label: "vaultctl") { _ in LogLines(format: .json) }
      console.logger.logLevel = logger.logLevel
    }
    return console
  }

  /// The same console, whose results have this form.
  func writing(_ form: ResultForm, isDryRun: Bool) -> Console {
    var console = self
    console.form = form
    console.isDryRun = isDryRun
    return console
  }

  /// The same console for messages about one environment.
  ///
  /// - Parameter scope: `nil` for the base.
  func inScope(_ scope: EnvironmentScope?) -> Console {
    var console = self
    console.scope = scope
    return console
  }

  /// Whether we can prompt the user.
  var canAsk: Bool { !isBatch && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Whether gpg may ask for a passphrase. How it does is its own affair: its pinentry needs neither
  /// our stdin nor our stderr.
  var letsGPGAsk: Bool {
    let service = ProcessInfo.processInfo.environment["CI"] ?? ""
    return !isBatch && ["", "0", "false"].contains(service.lowercased())
  }
  var showsProgress: Bool { !isQuiet && isatty(STDERR_FILENO) == 1 }

  /// A result for people; left out where JSON was asked for.
  func result(_ text: TerminalText) {
    guard form == .text else { return }
    let separator = SharedScreen.shared.separator(before: text, .result)
    Self.output.write((separator + text).rendered)
  }

  /// A result in a format of its own.
  func result(_ text: MachineText) {
    document.replace()
    Self.output.write(text.text)
  }

  /// Whether results that are shown again take the place of the ones before.
  var repaints: Bool { form == .text && isatty(STDOUT_FILENO) == 1 }

  /// A result that takes the place of the one before, from the terminal's first line on.
  func repaint(_ text: TerminalText) {
    guard repaints else { return result("\(text)\n") }
    let lines = text.rendered.replacing("\n", with: "\u{1B}[K\n")
    Self.output.write("\u{1B}[H\(lines)\u{1B}[J")
  }

  /// A result for programs; left out where JSON was not asked for. Of several in a document, the last
  /// one counts.
  func result(_ report: JSONReport) {
    switch form {
    case .text: break
    case .document: document.set(report)
    case .lines: Self.output.write(report.line.text)
    }
  }

  /// A result that a question is about: on stderr, where the result itself is for programs.
  func present(_ text: TerminalText) {
    if form == .text { result(text) } else { explain(text) }
  }

  /// A line about something that was written, or would be.
  func done(_ text: TerminalText) {
    result((isDryRun ? "\(text) (dry run)" : text).wrapped(to: palette.width, hanging: 2) + "\n")
  }

  /// Files that were written, or would be.
  func written(_ files: FilesReport) {
    if form == .document { document.add(files) }
  }

  /// Writes the document, if one was asked for.
  func endDocument() {
    if form == .document, let text = document.text { Self.output.write(text.text) }
  }

  /// Why the command stops.
  func reportEnd(_ failure: Failure) {
    report(failure.diagnostics, sources: failure.sources)
    if form == .lines {
      Self.output.write(JSONReport.empty.line(failure.diagnostics.inScope(scope)).text)
    }
  }

  /// What is good to know; `--quiet` leaves it out.
  func note(_ text: TerminalText) {
    if !isQuiet { explain(text) }
  }

  /// What the user has to read, such as what a question is about. Sentences fit the terminal; an indented
  /// line, such as a setting's value, stays as it is.
  func explain(_ text: TerminalText) {
    switch logFormat {
    case .text:
      let lines = text.lines.map { line in
        line.isIndented
          ? line : line.wrapped(to: errorPalette.width, hanging: 2, hasCommands: true)
      }
      Self.show(lines.joined(separator: "\n") + "\n")
    case .json: Self.show(LogLine(at: Runtime.live.now(), level: "info", message: text.rendered))
    }
  }

  /// From now on, results continue after some that were lost: a disk that is full for a minute must not end
  /// those of a service for months. It is for results that are whole lines each.
  func continueAfterLostResults() {
    OutputStream.standardOutput.continueAfterLoss { loss in
      switch loss {
      case .began(EPIPE): report([.outputUnread])
      case .began(let error): report([Diagnostic.lostOutput(error).asWarning])
      case .ended(count: 1): note("Results are written again; 1 was lost.")
      case .ended(let count): note("Results are written again; \(count) were lost.")
      }
    }
  }

  /// Whether results can no longer be written: a write failed, or the reader closed the pipe.
  var hasLostOutput: Bool { Self.output.isLost }

  /// The diagnostic for a result that could not be written; `nil` if all of it was written.
  func lostOutput() -> Diagnostic? {
    Self.output.close()
    return Self.output.lostWrite.map { Diagnostic.lostOutput($0) }
  }

  func report(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    if diagnostics.isEmpty { return }
    let scoped = diagnostics.inScope(scope)
    if form == .document { document.add(scoped) }
    if logFormat == .json {
      let now = Runtime.live.now()
      return scoped.forEach { Self.show(LogLine(at: now, $0)) }
    }
    let text = DiagnosticText(sources: sources, palette: errorPalette).text(scoped)
    Self.show(SharedScreen.shared.separator(before: text, .diagnostics) + text)
  }

  /// Lines for the CI service that runs the job.
  func annotate(_ lines: MachineText) { Self.errors.write(lines.text) }

  /// The user's answer, one line; `nil` at the end of input.
  func answer(to question: TerminalText) -> String? {
    Self.show(question)
    return readLine()
  }

  /// Whether the user types `yes`.
  func confirms(_ question: TerminalText) -> Bool {
    answer(to: "\n\(question) Type `yes` to confirm: ") == "yes"
  }

  /// The only place that prints an opened value, for a user who named it.
  func result(_ secret: SecretBytes) {
    secret.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        unsafe Self.output.write(bytes)
      }
    }
  }

  /// A value typed without echo, or read from a pipe.
  ///
  /// - Parameter lastBreak: of a pipe.
  func secret(
    prompt: TerminalText?, lastBreak: SecretInput.LastBreak = .keptAfterLines
  ) throws -> SecretBytes {
    guard let prompt else { return try SecretInput.read(STDIN_FILENO, lastBreak: lastBreak) }
    let hidden = try HiddenPrompt(prompt) { Self.show($0) }
    defer { hidden.end() }
    return try SecretInput.read(STDIN_FILENO, untilLineBreak: true, wait: hidden.wait)
  }

  /// Counts an item of a step that may take long; `nil` if nobody looks.
  var progress: (@Sendable (_ title: String, _ total: Int) -> Void)? {
    guard showsProgress else { return nil }
    return { ProgressLine.shared.advance($0, of: $1) }
  }

  private static var output: OutputStream {
    ProgressLine.shared.erase()
    return .standardOutput
  }

  private static var errors: OutputStream {
    ProgressLine.shared.erase()
    return .standardError
  }

  fileprivate static func show(_ line: LogLine) {
    errors.write(message: line.text.text) { count, error in
      let message = lostMessages(count, error).rendered
      return LogLine(at: Runtime.live.now(), level: "warning", message: message).text.text
    }
  }

  fileprivate static func show(_ text: TerminalText) {
    errors.write(message: text.rendered) { count, error in
      let line: TerminalText = "warning: \(lostMessages(count, error))\n"
      return line.rendered
    }
  }

  private static func lostMessages(_ count: Int, _ error: Int32) -> TerminalText {
    let what: TerminalText = count == 1 ? "1 message was lost" : "\(count) messages were lost"
    return "\(what) here: \(SystemError(error))"
  }
}

extension Diagnostic {
  fileprivate static func lostOutput(_ error: Int32) -> Diagnostic {
    Diagnostic(
      .outputNotWritten, "the output could not be written",
      notes: [SystemError(error).description],
      help: ["check where stdout goes; a disk may be full"])
  }

  fileprivate static let outputUnread = Diagnostic(
    .outputNotWritten, "nobody reads the output any more", severity: .warning,
    notes: ["the service continues, and further results are not shown"])
}

/// The log's lines on stderr: `debug: git update-ref …`.
private struct LogLines: LogHandler {
  var format = LogFormat.text
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    switch format {
    case .text: Console.show("\(event.level.rawValue): \(event.message)\n")
    case .json:
      Console.show(
        LogLine(
          at: Runtime.live.now(), level: event.level.rawValue, message: "\(event.message)"))
    }
  }
}
