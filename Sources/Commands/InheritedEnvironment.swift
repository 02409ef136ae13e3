import Foundation
import Processes

/// The variables that the program was started with.
///
/// Those that log in to a store are taken out of the process' own environment at its start, because
/// libgpgme hands that to gpg and to its agent, which keeps running when we have ended. What needs them
/// takes them from here.
enum InheritedEnvironment {
  static let variables = ProcessInfo.processInfo.environment

  /// The same as bytes, `NAME=value`, which need not be UTF-8.
  static let entries: [[UInt8]] = {
    var entries: [[UInt8]] = []
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      entries.append(unsafe bytes(entry))
      unsafe next += 1
    }
    return entries
  }()

  /// The words that the program was started with, its own name first, as bytes.
  static var arguments: [[UInt8]] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      unsafe CommandLine.unsafeArgv[index].map { unsafe bytes($0) }
    }
  }

  private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
    unsafe (0..<strlen(text)).map { unsafe UInt8(bitPattern: text[$0]) }
  }

  /// Is called once, before there is a second thread: unsetenv(3) may not run beside getenv(3).
  static func withdrawLogins() {
    _ = entries
    let kept = ChildEnvironment.withoutLogins(from: variables)
    for name in variables.keys where kept[name] == nil { unsafe unsetenv(name) }
  }
}

extension [String: String] {
  /// The value of a variable; `nil` if it is not set, or empty.
  func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
