import Foundation
import Processes
import Synchronization

/// One of our standard streams, with the first write to it that failed.
final class OutputStream: Sendable {
  static let standardOutput = OutputStream(STDOUT_FILENO)
  static let standardError = OutputStream(STDERR_FILENO)

  /// What a service reports of its results.
  enum Loss: Hashable, Sendable {
    /// This result was lost, with this `errno`, and the one before was not.
    case began(Int32)
    /// This result was not lost, and these before it were.
    case ended(count: Int)
  }

  private struct State {
    /// The `errno` of the first write that failed, of results; of the last one, of messages.
    var failure: Int32?
    /// What was lost since the last write that was not.
    var lost = 0
    /// What was written last ends within a line.
    var isCut = false
    /// Is called for texts if they continue after some that were lost.
    var report: (@Sendable (Loss) -> Void)?
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Opens streams that the caller closed (`>&-`) so that no byte goes through. Otherwise the next file or
  /// socket gets the stream's number, and with it what is meant for the stream.
  static func keepNumbersOfClosedStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number, which is this one: the ones before it are open.
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Whether results and messages are shown on a terminal.
  static var areTerminals: Bool { isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal on stdout, if it is one.
  static var outputWidth: Int? { standardOutput.terminalWidth }

  /// Columns of the terminal that it is; `nil` if it is none, or one that does not know.
  var terminalWidth: Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// The `errno` of the write that failed. A reader that closes its pipe has what it wanted, so
  /// that is no failure.
  var lostWrite: Int32? {
    state.withLock { $0.failure == EPIPE ? nil : $0.failure }
  }

  var isLost: Bool { state.withLock { $0.failure != nil } }

  /// Writes all of it, or nothing more once a write has failed, unless texts continue.
  func write(_ text: String) {
    guard let report = state.withLock({ $0.report }) else {
      var text = text
      return text.withUTF8 { unsafe write(UnsafeRawBufferPointer($0)) }
    }
    if let loss = writeNext(text) { report(loss) }
  }

  /// From now on texts, which are whole lines, continue after some that were lost.
  ///
  /// - Parameter report: is called when that begins and when it ends.
  func continueAfterLoss(report: @escaping @Sendable (Loss) -> Void) {
    state.withLock { $0.report = report }
  }

  private func writeNext(_ text: String) -> Loss? {
    // It shows nothing of the disk.
    if text.isEmpty { return nil }
    return state.withLock { state -> Loss? in
      let before = state.failure
      // A reader that closed its pipe does not come back.
      if before == EPIPE { return nil }
      var line = before != nil && state.isCut ? "\n" + text : text
      line.withUTF8 { unsafe put(UnsafeRawBufferPointer($0), &state) }
      if let failure = state.failure { return before == nil ? .began(failure) : nil }
      let lost = state.lost
      state.lost = 0
      return before == nil ? nil : .ended(count: lost)
    }
  }

  /// Writes all of it, or nothing more once a write has failed.
  func write(_ bytes: UnsafeRawBufferPointer) {
    state.withLock { state in
      if state.failure == nil { unsafe put(bytes, &state) }
    }
  }

  /// Writes a message, also after some that were lost: a disk that is full for a minute must not silence the
  /// log of a service for months.
  ///
  /// - Parameter note: a line about the lost ones and the error of the last, which comes before the message.
  func write(message: String, after note: (_ lost: Int, _ error: Int32) -> String) {
    state.withLock { state in
      var text = message
      if let failure = state.failure {
        // A reader that closed its pipe does not come back.
        if failure == EPIPE { return }
        text = (state.isCut ? "\n" : "") + note(state.lost, failure) + message
      }
      text.withUTF8 { unsafe put(UnsafeRawBufferPointer($0), &state) }
      if state.failure == nil { state.lost = 0 }
    }
  }

  private func put(_ bytes: UnsafeRawBufferPointer, _ state: inout State) {
    state.failure = nil
    var written = 0
    while state.failure == nil, written < bytes.count {
      let count = unsafe Glibc.write(
        descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count > 0 {
        written += count
      } else if count == 0 {
        state.failure = EIO
      } else {
        state.failure = retried(errno)
      }
    }
    if state.failure != nil { state.lost += 1 }
    if written > 0 { state.isCut = unsafe bytes[written - 1] != UInt8(ascii: "\n") }
  }

  /// Closes the stream, because some file systems report a full disk only then (close(2), "Dealing with
  /// error returns").
  func close() {
    state.withLock { state in
      // A stream that was never open loses nothing.
      if Glibc.close(descriptor) != 0, errno != EBADF, errno != EINTR, state.failure == nil {
        state.failure = errno
      }
    }
  }

  /// - Returns: the error, or `nil` after which the write is tried again.
  private func retried(_ error: Int32) -> Int32? {
    switch error {
    case EINTR: return nil
    case EAGAIN:
      // A pipe or terminal that another process has set to non-blocking.
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&request, 1, -1)
      return nil
    default: return error
    }
  }
}

extension ChildProcess.Stream {
  /// Our stderr, for what a child writes to its stdout while ours has results of another form.
  static var messages: Self { .descriptor(STDERR_FILENO) }
}
