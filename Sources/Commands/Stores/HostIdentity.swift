import Foundation

enum HostIdentity {
  static var host: String { ProcessInfo.processInfo.hostName }

  static var user: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())"
  }
}
