import Glibc

extension ChildProcess {
  /// The output of a process that has ended.
  package struct Finished: Sendable {
    package let output: [UInt8]
    package let errors: [UInt8]
    /// As `wait()` returns it.
    package let status: Int32
    /// Whether it was killed at the end of its limit.
    package let isLate: Bool
  }

  /// Runs a program to its end, writing its input and reading its output on the caller's thread
  /// (poll(2)).
  ///
  /// - Parameters:
  ///   - arguments: as in `init`, like `environment` and `folder`.
  ///   - input: `nil` lets it inherit our standard input.
  ///   - keepsErrors: captures its standard error; otherwise it inherits ours.
  ///   - limit: when it is killed, with what it has started. With a limit, the program's own end is waited for
  ///     and not that of others that have its output, such as a daemon; without one, the end of the output.
  package static func run(
    _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
    input: [UInt8]? = nil, keepsErrors: Bool = true, limit: Duration? = nil
  ) throws(NotStarted) -> Finished {
    let pipes = try [Pipe(isSocket: true), Pipe(), Pipe()]
    defer { for pipe in pipes { pipe.close() } }
    let process = try ChildProcess(
      arguments, environment: environment, folder: folder,
      input: input == nil ? .inherited : .descriptor(pipes[0].reading),
      output: .descriptor(pipes[1].writing),
      errors: keepsErrors ? .descriptor(pipes[2].writing) : .inherited)
    pipes[0].closeReading()
    pipes[1].closeWriting()
    pipes[2].closeWriting()
    let (output, errors, isLate) = exchange(
      pipes, input ?? [], with: process, until: limit.map { ContinuousClock.now + $0 })
    return Finished(output: output, errors: errors, status: process.wait(), isLate: isLate)
  }

  /// Milliseconds after which a process with a limit is looked at: others may have its output, so that the
  /// output's end need not show its own.
  private static let lookInterval: Int32 = 10

  /// Writes and reads whichever pipe is ready, so that none fills up unread.
  ///
  /// - Parameter deadline: when the process is killed; with one, the exchange is over once the process has
  ///   ended and nothing is left to read.
  private static func exchange(
    _ pipes: [Pipe], _ input: [UInt8], with process: ChildProcess,
    until deadline: ContinuousClock.Instant?
  ) -> (output: [UInt8], errors: [UInt8], isLate: Bool) {
    var isLate = false
    var texts: [[UInt8]] = [[], []]
    var written = 0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    if input.isEmpty { pipes[0].closeWriting() }
    while true {
      var waiting = [
        pollfd(fd: pipes[0].writing, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: pipes[1].reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes[2].reading, events: Int16(POLLIN), revents: 0),
      ]
      // A closed descriptor is -1, which poll(2) ignores.
      let isClosed = waiting[1].fd < 0 && waiting[2].fd < 0
      var wait: Int32 = -1
      if let deadline {
        wait = process.isRunning ? Self.lookInterval : 0
        if wait != 0, !isLate, ContinuousClock.now >= deadline {
          isLate = true
          process.signalWithDescendants(SIGKILL)
        }
      }
      if isClosed, wait <= 0 { return (texts[0], texts[1], isLate) }
      let ready = unsafe poll(&waiting, nfds_t(waiting.count), wait)
      if ready == 0, wait == 0 { return (texts[0], texts[1], isLate) }
      guard ready > 0 else { continue }
      if waiting[0].revents != 0 {
        let count = unsafe input[written...].withUnsafeBytes { bytes in
          unsafe send(
            pipes[0].writing, bytes.baseAddress, min(bytes.count, 65_536),
            Int32(MSG_NOSIGNAL))
        }
        if count > 0 { written += count }
        if written == input.count || (count < 0 && errno != EAGAIN && errno != EINTR) {
          pipes[0].closeWriting()
        }
      }
      for number in 0..<2 where waiting[number + 1].revents != 0 {
        let count = unsafe read(pipes[number + 1].reading, &buffer, buffer.count)
        if count > 0 {
          texts[number] += buffer[..<count]
        } else if count == 0 || errno != EINTR {
          pipes[number + 1].closeReading()
        }
      }
    }
  }

  /// Both ends of a pipe, closed on exec.
  private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    /// - Parameter isSocket: uses a pair of sockets, where a write after the reader has ended
    ///   raises no SIGPIPE.
    init(isSocket: Bool = false) throws(NotStarted) {
      var ends: [Int32] = [-1, -1]
      let made =
        isSocket
        ? unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : unsafe pipe(&ends)
      guard made == 0 else { throw NotStarted(code: errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      reading = ends[0]
      writing = ends[1]
    }

    func closeReading() {
      if reading >= 0 { Glibc.close(reading) }
      reading = -1
    }

    func closeWriting() {
      if writing >= 0 { Glibc.close(writing) }
      writing = -1
    }

    func close() {
      closeReading()
      closeWriting()
    }
  }
}
