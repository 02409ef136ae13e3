import Diagnostics
import Foundation

/// A line that is typed without echo.
///
/// Whatever ends the process meanwhile, the terminal gets its echo back first; only SIGKILL and SIGSTOP
/// cannot be caught, and shells restore a terminal after those. While the process is suspended (Ctrl-Z),
/// the terminal echoes as well.
final class HiddenPrompt: Sendable {
  private let prompt: TerminalText
  private let show: @Sendable (TerminalText) -> Void
  private let before: termios
  /// Numbers of signals, one byte each.
  private let pipe: (reading: Int32, writing: Int32)
  private let signals: CaughtSignals

  private static let stopping = [SIGTSTP, SIGTTIN, SIGTTOU]

  struct NoPipe: Error {}

  /// Switches echo off, until `end`, and shows the prompt.
  init(
    _ prompt: TerminalText, show: @escaping @Sendable (TerminalText) -> Void
  ) throws(NoPipe) {
    self.prompt = prompt
    self.show = show
    var settings = termios()
    unsafe tcgetattr(STDIN_FILENO, &settings)
    before = settings
    var ends: [Int32] = [-1, -1]
    guard unsafe Foundation.pipe(&ends) == 0 else { throw NoPipe() }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipe = (ends[0], ends[1])
    signals = CaughtSignals(CaughtSignals.ending + Self.stopping + [SIGCONT]) { [ends] number in
      var byte = UInt8(number)
      _ = unsafe write(ends[1], &byte, 1)
    }
    if isInBackground { suspend() }
    hide()
  }

  /// Drops what was typed before, with echo. The prompt comes after that, so that what is typed from then on
  /// is neither dropped nor shown.
  private func hide() {
    var settings = before
    settings.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    show(prompt)
  }

  private func restore() {
    var settings = before
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    show("\n")
  }

  func end() {
    restore()
    signals.end()
    close(pipe.reading)
    close(pipe.writing)
  }

  /// Returns when there is something to read.
  func wait() {
    while true {
      var waiting = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
      if waiting[1].revents != 0 {
        handle(nextSignal())
      } else if waiting[0].revents != 0 {
        return
      }
    }
  }

  private func nextSignal() -> Int32 {
    var byte: UInt8 = 0
    while unsafe read(pipe.reading, &byte, 1) < 0, errno == EINTR {}
    return Int32(byte)
  }

  private func handle(_ number: Int32) {
    if number == SIGCONT { return }
    restore()
    guard Self.stopping.contains(number) else { CaughtSignals.die(of: number) }
    suspend()
    hide()
  }

  /// Returns when the process is continued in the foreground. Of a job in the background, tcsetattr(3)
  /// would take the echo from whatever has the terminal.
  private func suspend() {
    repeat {
      // SIGTSTP itself is caught, and SIGSTOP is not. It stops the threads one by one, so that this one
      // may run on for a moment: what comes next has to wait until the process is continued.
      kill(getpid(), SIGSTOP)
      var isContinued = false
      // `kill %1` of a shell sends SIGTERM and SIGCONT, which may arrive in any order.
      while !isContinued || hasSignal(within: 100) {
        let number = nextSignal()
        if number == SIGCONT {
          isContinued = true
        } else if !Self.stopping.contains(number) {
          CaughtSignals.die(of: number)
        }
      }
    } while isInBackground
  }

  private func hasSignal(within milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&waiting, 1, milliseconds) > 0
  }

  /// A terminal that is gone has no foreground.
  private var isInBackground: Bool {
    let foreground = tcgetpgrp(STDIN_FILENO)
    return foreground > 0 && foreground != getpgrp()
  }
}
