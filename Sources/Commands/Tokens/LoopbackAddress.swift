import ArgumentParser
import Model

/// An address of this machine that only this machine reaches: `127.0.0.1:9464`, `localhost:9464`.
struct LoopbackAddress: Hashable, ExpressibleByArgument {
  /// 0 for any free one.
  let port: UInt16

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, ["127.0.0.1", "localhost"].contains(parts[0]),
      !parts[1].isEmpty, parts[1].allSatisfy(\.isASCII), let port = UInt16(parts[1])
    else { return nil }
    self.port = port
  }
}
