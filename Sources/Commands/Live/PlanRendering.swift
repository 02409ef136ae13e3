import Model
import Reports

/// One plan in every form.
struct PlanRendering {
  let plan: Plan
  let store: String
  let report: RunReport

  func text(_ format: ReportFormat, _ console: Console) -> String {
    switch format {
    case .text: PlanText(store: store, palette: console.palette).text(plan)
    case .json: PlanJSON.text(plan, store: store)
    case .markdown: PlanMarkdown(store: store).text(plan)
    case .sarif: report.sarif
    case .junit: report.junit
    case .codeQuality: report.codeQuality
    }
  }
}
