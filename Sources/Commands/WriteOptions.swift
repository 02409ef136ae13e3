import ArgumentParser

/// The options of commands that write files of the project.
struct WriteOptions: ParsableArguments {
  @Flag(help: "Show what would be written; write nothing.") var dryRun = false
  @OptionGroup var output: OutputOptions
}
