import Diagnostics
import Foundation
import Logging
import Reports
import Secrets

/// The terminal: results go to stdout, everything else to stderr.
///
/// It takes text that is safe to show, text in a program's own format, and secrets; no `String`.
struct Console: Sendable {
  let palette: Palette
  let errorPalette: Palette
  /// Logs each step, at the level that `-v` selects.
  let logger: Logger

  private let isBatch: Bool

  /// - Parameters:
  ///   - verbosity: how many times `-v` was given.
  ///   - isBatch: nobody may be asked, by us or by gpg.
  init(colour: ColourChoice, verbosity: Int = 0, isBatch: Bool = false) {
    self.isBatch = isBatch
    func isOn(_ descriptor: Int32) -> Bool {
      switch colour {
      case .always: true
      case .never: false
      case .auto:
        isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      }
    }
    palette = Palette(isOn: isOn(STDOUT_FILENO))
    errorPalette = Palette(isOn: isOn(STDERR_FILENO))
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

  /// Whether we can prompt the user.
  var canAsk: Bool { !isBatch && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Whether gpg may ask for a passphrase. How it does is its own affair: its pinentry needs neither
  /// our stdin nor our stderr.
  var letsGPGAsk: Bool {
    let service = ProcessInfo.processInfo.environment["CI"] ?? ""
    return !isBatch && ["", "0", "false"].contains(service.lowercased())
  }
  var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  func result(_ text: TerminalText) { Self.output.write(text.rendered) }
  func result(_ text: MachineText) { Self.output.write(text.text) }
  func note(_ text: TerminalText) { Self.show("\(text)\n") }

  /// Whether results can no longer be written: a write failed, or the reader closed the pipe.
  var hasLostOutput: Bool { Self.output.isLost }

  /// The diagnostic for a result that could not be written; `nil` if all of it was written.
  func lostOutput() -> Diagnostic? {
    Self.output.close()
    return Self.output.lostWrite.map { Diagnostic.lostOutput($0) }
  }

  func report(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    if diagnostics.isEmpty { return }
    Self.show(DiagnosticText(sources: sources, palette: errorPalette).text(diagnostics))
  }

  /// Lines for the CI service that runs the job.
  func annotate(_ lines: MachineText) { OutputStream.standardError.write(lines.text) }

  /// The user's answer, one line; `nil` at the end of input.
  func answer(to question: TerminalText) -> String? {
    Self.show(question)
    return readLine()
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

  private static var output: OutputStream { .standardOutput }

  fileprivate static func show(_ text: TerminalText) {
    OutputStream.standardError.write(text.rendered)
  }
}

extension Diagnostic {
  fileprivate static func lostOutput(_ error: Int32) -> Diagnostic {
    Diagnostic(
      .outputNotWritten, "the output could not be written",
      notes: [unsafe String(cString: strerror(error))],
      help: ["see what stdout is connected to: a full disk, or a device that takes nothing"])
  }
}

/// The log's lines on stderr: `debug: git update-ref …`.
private struct LogLines: LogHandler {
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Console.show("\(event.level.rawValue): \(event.message)\n")
  }
}
