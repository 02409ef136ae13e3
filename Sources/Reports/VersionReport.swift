package import Diagnostics
import Model

/// What is running.
package struct VersionReport: Hashable, Sendable {
  private let version: String
  /// Operating system and processor: `linux_arm64`.
  private let platform: String

  package init(version: String, platform: String) {
    self.version = version
    self.platform = platform
  }

  package var text: TerminalText { "vaultctl \(version)\non \(platform)\n" }

  package var json: JSONReport {
    struct Form: Encodable {
      let platform: String
      let version: String
    }
    return JSONReport(Form(platform: platform, version: version))
  }
}
