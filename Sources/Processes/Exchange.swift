import Glibc

/// A child process that is fed, read and waited for on the caller's thread.
///
/// Foundation's `Process` waits by a socket that cannot be had in an empty network namespace, where
/// offline plans run; this needs pipes alone (pipe(2), socketpair(2), posix_spawn(3), poll(2), waitpid(2)).
struct Child {
  struct Finished {
    let output: [UInt8]
    let errors: [UInt8]
    /// The exit code; 128 and the signal's number where a signal ended it.
    let status: Int32
  }

  /// Why nothing was started: `errno`.
  struct NotStarted: Error { let code: Int32 }

  /// - Parameters:
  ///   - arguments: the program first, which is looked for in PATH.
  ///   - environment: the whole of it, as `NAME=value`.
  static func run(
    _ arguments: [String], environment: [String], input: [UInt8]
  ) throws(NotStarted) -> Finished {
    let pipes = try [Pipe(isSocket: true), Pipe(), Pipe()]
    defer { for pipe in pipes { pipe.close() } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, end) in [pipes[0].reading, pipes[1].writing, pipes[2].writing].enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, end, Int32(number))
    }
    var process: pid_t = 0
    let failure = unsafe withCStrings(arguments) { arguments in
      unsafe withCStrings(environment) { environment -> Int32 in
        guard let program = unsafe arguments[0] else { return EINVAL }
        return unsafe posix_spawnp(&process, program, &actions, nil, arguments, environment)
      }
    }
    guard failure == 0 else { throw NotStarted(code: failure) }
    pipes[0].closeReading()
    pipes[1].closeWriting()
    pipes[2].closeWriting()
    let (output, errors) = exchange(pipes, input)
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return Finished(
      output: output, errors: errors, status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
  }

  /// Writes and reads whatever is ready, so that no pipe fills up unread.
  private static func exchange(_ pipes: [Pipe], _ input: [UInt8]) -> ([UInt8], [UInt8]) {
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
      // A descriptor that is closed is -1, which poll(2) leaves out.
      if waiting[1].fd < 0, waiting[2].fd < 0 { return (texts[0], texts[1]) }
      guard unsafe poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
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

  /// Both ends of a pipe, which no child inherits by itself.
  private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    /// - Parameter isSocket: of a pair of sockets, whose writer is not killed when its reader ends.
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

  /// Lends a NULL-terminated array of C strings.
  private static func withCStrings<R>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var list = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe list.forEach { unsafe free($0) } }
    return unsafe list.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the list is never empty") }
      return unsafe body(base)
    }
  }
}
