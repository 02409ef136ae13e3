import Foundation

enum HostIdentity {
  static var host: String { ProcessInfo.processInfo.hostName }

  static var user: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTOR"] ?? environment["GITLAB_USER_LOGIN"] ?? environment["USER"]
      ?? "uid \(getuid())"
  }
}
