import Reports

/// Renders plans in every format.
struct PlanRenderer {
  let plans: [EnvironmentPlan]
  let report: RunReport

  func show(as format: ReportFormat, on console: Console) {
    switch format {
    case .text: console.result(PlanText(palette: console.palette).text(plans))
    case .json: console.result(PlanJSON.text(plans))
    case .markdown: console.result(PlanMarkdown().text(plans))
    case .sarif: console.result(report.sarif)
    case .junit: console.result(report.junit)
    case .codeQuality: console.result(report.codeQuality)
    }
  }
}
