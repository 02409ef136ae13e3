import ArgumentParser

/// The option of commands that report as text or as JSON.
struct OutputOptions: ParsableArguments {
  @Option(name: .output, help: ArgumentHelp("Output format: text or json.", valueName: "format"))
  var format: OutputFormat = .text
}
