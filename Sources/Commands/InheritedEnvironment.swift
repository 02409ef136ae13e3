import Foundation
import Processes

/// The variables that the program was started with.
///
/// Those that log in to a store are taken out of the process' own environment at its start, because
/// libgpgme hands that to gpg and to its agent, which keeps running when we have ended. What needs them
/// takes them from here.
enum InheritedEnvironment {
  static let variables = ProcessInfo.processInfo.environment

  /// Is called once, before there is a second thread: unsetenv(3) may not run beside getenv(3).
  static func withdrawLogins() {
    let kept = ChildEnvironment.withoutLogins(from: variables)
    for name in variables.keys where kept[name] == nil { unsafe unsetenv(name) }
  }
}
