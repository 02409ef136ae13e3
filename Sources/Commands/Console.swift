import Diagnostics
import Foundation
import Logging
import Reports
import Secrets

/// The terminal: results go to stdout, everything else to stderr.
struct Console: Sendable {
  let palette: Palette
  let errorPalette: Palette
  /// For what is done on the way, as the user's `-v` asks for it.
  let logger: Logger

  /// - Parameter verbosity: how many times `-v` was given.
  init(colour: ColourChoice, verbosity: Int = 0) {
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

  /// Whether a person can be asked.
  var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }
  var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  func result(_ text: String) { Self.write(text, to: STDOUT_FILENO) }
  func note(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

  func report(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    if diagnostics.isEmpty { return }
    Self.write(
      DiagnosticText(sources: sources, palette: errorPalette).text(diagnostics),
      to: STDERR_FILENO)
  }

  /// Lines for the service that the job runs on.
  func annotate(_ lines: String) { Self.write(lines, to: STDERR_FILENO) }

  /// A line of the person's answer; `nil` at the end of input.
  func answer(to question: String) -> String? {
    Self.write(question, to: STDERR_FILENO)
    return readLine()
  }

  /// An opened value goes out only here, for the one who asked for it by name.
  func result(_ secret: SecretBytes) {
    secret.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        unsafe Self.writeAll(bytes, to: STDOUT_FILENO)
      }
    }
  }

  /// A value typed without being shown, or read from a pipe; one line break at its end is none of it.
  func secret(prompt: String?) throws -> SecretBytes {
    let restore = prompt.map { prompt in
      Self.write(prompt, to: STDERR_FILENO)
      return HiddenInput()
    }
    defer {
      restore?.end()
      if prompt != nil { Self.write("\n", to: STDERR_FILENO) }
    }
    return try SecretInput.read(STDIN_FILENO, untilLineBreak: prompt != nil)
  }

  fileprivate static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { unsafe writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// A reader that went away ends us quietly.
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = unsafe Glibc.write(
        descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      written += count
    }
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
    let text = "\(event.message)".filter { $0 == "\t" || !($0.asciiValue.map { $0 < 32 } ?? false) }
    Console.write("\(event.level): \(text)\n", to: STDERR_FILENO)
  }
}

/// The terminal's echo, switched off until `end`.
struct HiddenInput {
  private let before: termios

  init() {
    var settings = termios()
    unsafe tcgetattr(STDIN_FILENO, &settings)
    before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }

  func end() {
    var settings = before
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }
}

enum SecretInput {
  static let limit = 1 << 20

  struct TooLarge: Error {}

  /// Reads straight into memory that is wiped.
  static func read(
    _ descriptor: Int32, untilLineBreak: Bool = false, keepsLastBreak: Bool = false
  ) throws -> SecretBytes {
    let whole = try SecretBytes(capacity: limit) { (span) throws(TooLarge) -> Int in
      var count = 0
      while true {
        guard count < limit else { throw TooLarge() }
        var byte: UInt8 = 0
        // Byte by byte where a line's end matters; the input is short.
        let got = unsafe Glibc.read(descriptor, &byte, 1)
        if got < 0, errno == EINTR { continue }
        if got <= 0 || (untilLineBreak && byte == 0x0A) { return count }
        span[count] = byte
        count += 1
      }
    }
    let end = whole.withBytes { span in
      var end = span.count
      if !keepsLastBreak, end > 0, span[end - 1] == 0x0A { end -= 1 }
      if end > 0, end < span.count, span[end - 1] == 0x0D { end -= 1 }
      return end
    }
    return SecretBytes(capacity: end) { target in
      whole.withBytes { span in for index in 0..<end { target[index] = span[index] } }
      return end
    }
  }
}
