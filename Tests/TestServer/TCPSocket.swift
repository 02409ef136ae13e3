import Glibc
import Synchronization

/// A blocking TCP socket on a loopback address.
///
/// One thread uses it and closes it. Other threads may only interrupt that one: if they closed the
/// descriptor while it waits, the system could give the same number to another file.
package final class TCPSocket: Sendable {
  package struct Failure: Error {
    let call: String
    let code: Int32
  }

  private let descriptor: Int32
  private let isOpen = Mutex(true)

  private init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close() }

  /// A listening socket.
  ///
  /// - Parameter port: 0 for any free one.
  package convenience init(listeningOn host: LoopbackHost, port: Int = 0) throws {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    self.init(
      try Self.result("socket") { Glibc.socket(host == .ipv4 ? AF_INET : AF_INET6, type, 0) })
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host.rawValue, "\(port)", &hints, &found) == 0,
      let first = unsafe found?.pointee
    else { throw Failure(call: "getaddrinfo", code: EINVAL) }
    defer { unsafe freeaddrinfo(found) }
    try Self.result("bind") { unsafe bind(descriptor, first.ai_addr, first.ai_addrlen) }
    try Self.result("listen") { listen(descriptor, SOMAXCONN) }
  }

  /// The local port.
  func port() throws -> Int {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = try unsafe withUnsafeMutablePointer(to: &address) { pointer in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        try Self.result("getsockname") { unsafe getsockname(descriptor, pointer, &length) }
      }
    }
    // After the family and in network order, in the addresses of both versions of IP.
    return unsafe withUnsafeBytes(of: address) { unsafe Int($0[2]) << 8 | Int($0[3]) }
  }

  /// Waits for the next connection.
  func accept() throws -> TCPSocket {
    let accepted = TCPSocket(
      try Self.result("accept", again: [EINTR, ECONNABORTED]) {
        Glibc.accept(try open(), nil, nil)
      })
    try Self.result("fcntl") { fcntl(accepted.descriptor, F_SETFD, FD_CLOEXEC) }
    // So that nothing waits until the peer has acknowledged what was sent before.
    var isOn: Int32 = 1
    try Self.result("setsockopt") {
      unsafe setsockopt(
        accepted.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn,
        socklen_t(MemoryLayout<Int32>.size))
    }
    return accepted
  }

  /// Waits for bytes; returns none at the end of the stream or when it is interrupted.
  func receive() throws -> [UInt8] {
    try unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      count = try Self.result("recv") {
        unsafe recv(try open(), buffer.baseAddress, buffer.count, 0)
      }
    }
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      sent += try unsafe bytes[sent...].withUnsafeBytes { rest in
        try Self.result("send") {
          // If the peer has left, this must be an error: SIGPIPE would end the tests.
          unsafe Glibc.send(try open(), rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }

  /// Ends the connection, or closes the port, and wakes the thread that waits. Any thread may call
  /// it.
  func interrupt() {
    isOpen.withLock { isOpen in
      if isOpen { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  func close() {
    isOpen.withLock { isOpen in
      if isOpen { _ = Glibc.close(descriptor) }
      isOpen = false
    }
  }

  /// Closes it so that the peer sees a reset instead of the end of the stream. Bytes that are not
  /// sent yet are lost.
  func reset() {
    isOpen.withLock { isOpen in
      guard isOpen else { return }
      var atOnce = linger(l_onoff: 1, l_linger: 0)
      _ = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
      _ = Glibc.close(descriptor)
      isOpen = false
    }
  }

  private func open() throws -> Int32 {
    guard isOpen.withLock({ $0 }) else { throw Failure(call: "use after close", code: EBADF) }
    return descriptor
  }

  @discardableResult
  private static func result<N: SignedInteger>(
    _ call: String, again: Set<Int32> = [EINTR], _ body: () throws -> N
  ) throws -> N {
    while true {
      let result = try body()
      if result >= 0 { return result }
      let code = errno
      guard again.contains(code) else { throw Failure(call: call, code: code) }
    }
  }
}
