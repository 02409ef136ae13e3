package import Diagnostics
import Model

/// What codes mean, for programs.
package enum ExplanationJSON {
  package static func text(_ codes: [DiagnosticCode]) -> JSONReport {
    struct Code: Encodable {
      let code: String
      let title: String
      let text: String
    }
    struct Form: Encodable {
      let codes: [Code]
    }
    return JSONReport(
      Form(
        codes: codes.map {
          Code(code: $0.rawValue, title: $0.explanation.title, text: $0.explanation.text)
        }))
  }
}
