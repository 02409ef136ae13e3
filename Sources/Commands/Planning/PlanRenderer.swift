import Reports

/// Plans in every form.
struct PlanRenderer {
  let plans: [EnvironmentPlan]
  let report: RunReport

  func text(_ format: ReportFormat, _ console: Console) -> String {
    switch format {
    case .text: PlanText(palette: console.palette).text(plans)
    case .json: PlanJSON.text(plans)
    case .markdown: PlanMarkdown().text(plans)
    case .sarif: report.sarif
    case .junit: report.junit
    case .codeQuality: report.codeQuality
    }
  }
}
