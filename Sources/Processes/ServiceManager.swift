import Glibc

/// Reports the state of this process to the service manager, by the datagrams of sd_notify(3): `READY=1`,
/// `STATUS=…`, `WATCHDOG=1`, `STOPPING=1`.
package struct ServiceManager: Sendable {
  /// A path, or an abstract name that begins with `@`.
  private let socket: String
  /// Within which `WATCHDOG=1` must be sent again; `nil` if nobody waits for it.
  package let watchdogInterval: Duration?

  /// - Returns: `nil` if no service manager started this process.
  package init?(environment: [String: String]) {
    guard let socket = environment["NOTIFY_SOCKET"], socket.utf8.count > 1,
      socket.hasPrefix("/") || socket.hasPrefix("@")
    else { return nil }
    self.socket = socket
    let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    watchdogInterval =
      isForUs ? microseconds.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
  }

  package enum State: Hashable, Sendable {
    case ready, stopping, alive
    case status(String)

    fileprivate var line: String {
      switch self {
      case .ready: "READY=1"
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      case .status(let text): "STATUS=\(text.replacing("\n", with: " "))"
      }
    }
  }

  /// A manager that is gone is no reason to fail.
  package func notify(_ states: State...) {
    let message = Array(states.map(\.line).joined(separator: "\n").utf8)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(socket.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < capacity else { return }
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | closeOnExec, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + name.count } ?? 0
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = unsafe message.withUnsafeBytes { bytes in
          unsafe sendto(
            descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), pointer,
            socklen_t(length))
        }
      }
    }
  }

  /// `SOCK_CLOEXEC`, socket(2).
  private var closeOnExec: Int32 { Int32(SOCK_CLOEXEC.rawValue) }
}
