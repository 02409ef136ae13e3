import Diagnostics
import Model
import SourceYAML

extension Diagnostic {
  /// Only values of the project file are shown, which has no secrets; each report escapes them.
  static func untrustedSetting(
    _ path: SettingPath, _ own: Setting?, _ trusted: Setting?, origin: String, file: String
  ) -> Diagnostic {
    Diagnostic(
      .untrustedSetting,
      "`\(path.text)` is \(own.summary) here and \(trusted.summary) in the trusted project file; the trusted value is used",
      severity: .warning, at: location(own, file), notes: ["trusted: \(origin)"],
      help: ["review the change; it takes effect once it is merged into the trusted revision"])
  }

  static func looserSetting(
    _ path: SettingPath, _ own: Setting?, _ trusted: Setting?, origin: String, file: String
  ) -> Diagnostic {
    Diagnostic(
      .looserSetting,
      "`\(path.text)` is \(own.summary) here, which is looser than \(trusted.summary) in the trusted project file",
      at: location(own, file), notes: ["trusted: \(origin)"], help: looserHelp)
  }

  /// A field that would no longer be secret.
  static func fieldNoLongerSecret(
    _ field: FieldName, _ type: SetupType, _ app: AppID, origin: String, file: String
  ) -> Diagnostic {
    Diagnostic(
      .looserSetting,
      "field `\(field)` of `apps.\(app)` is secret in the trusted project file, and here it is not",
      at: .file(file), notes: ["setup `\(type)`", "trusted: \(origin)"], help: looserHelp)
  }

  private static var looserHelp: [String] {
    ["restore it, or have it merged by a person who may skip this check"]
  }

  private static func location(_ own: Setting?, _ file: String) -> Location {
    own.map { .source(file: file, range: $0.node.range) } ?? .file(file)
  }
}

extension Setting? {
  /// The value for a headline; a long one is cut.
  fileprivate var summary: String {
    guard let text = self?.value.text else { return "not set" }
    return text.count > 120 ? text.prefix(119) + "…" : text
  }
}
