/// A command whose result is text or JSON.
protocol ReportingSubcommand: Subcommand {
  var output: OutputOptions { get }
}

extension ReportingSubcommand {
  var format: OutputFormat { output.format }
  var resultForm: ResultForm { format == .json ? .document : .text }
}
