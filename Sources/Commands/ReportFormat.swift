import ArgumentParser

/// The output formats of `plan`, `validate` and `show`.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json, markdown, sarif, junit
  case codeQuality = "code-quality"
}
