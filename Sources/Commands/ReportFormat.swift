import ArgumentParser

/// How `plan` and `validate` can tell what they found.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json, markdown, sarif, junit
  case codeQuality = "code-quality"
}
