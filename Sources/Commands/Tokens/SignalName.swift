import ArgumentParser
import Glibc

/// A signal that a command may be sent: `HUP`, `SIGHUP`.
struct SignalName: Hashable, ExpressibleByArgument {
  let number: Int32

  static let hangUp = SignalName(number: SIGHUP, name: "HUP")
  private static let all = [
    hangUp, SignalName(number: SIGUSR1, name: "USR1"), SignalName(number: SIGUSR2, name: "USR2"),
    SignalName(number: SIGINT, name: "INT"), SignalName(number: SIGTERM, name: "TERM"),
    SignalName(number: SIGWINCH, name: "WINCH"), SignalName(number: SIGCONT, name: "CONT"),
  ]

  private let name: String

  private init(number: Int32, name: String) {
    self.number = number
    self.name = name
  }

  init?(argument: String) {
    let given = argument.uppercased()
    guard let found = Self.all.first(where: { $0.name == given || "SIG" + $0.name == given })
    else { return nil }
    self = found
  }

  var defaultValueDescription: String { name }
  static var allValueStrings: [String] { all.map(\.name) }
}
