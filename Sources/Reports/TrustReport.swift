/// The settings that need trust, for programs.
package struct TrustReport: Sendable {
  private let form: Form

  private struct Form: Encodable {
    let digest: String
    let is_trusted: Bool
    let settings: [Setting]
    let files: [String]
    let changes: [String]
  }

  private struct Setting: Encodable {
    let path: String
    let value: String
  }

  /// - Parameters:
  ///   - files: of the project, which the settings run.
  ///   - changes: since the last approval.
  package init(
    digest: String, isTrusted: Bool, settings: [(path: String, value: String)], files: [String],
    changes: [String]
  ) {
    form = Form(
      digest: digest, is_trusted: isTrusted,
      settings: settings.map { Setting(path: $0.path, value: $0.value) }, files: files,
      changes: changes)
  }

  package var json: JSONReport { JSONReport(form) }
}
