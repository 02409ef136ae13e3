/// A command that writes files of the project. As JSON, its result is the list of them.
protocol WritingSubcommand: Subcommand {
  var writing: WriteOptions { get }
}

extension WritingSubcommand {
  var resultForm: ResultForm { writing.output.format == .json ? .document : .text }
  var isDryRun: Bool { writing.dryRun }
}
