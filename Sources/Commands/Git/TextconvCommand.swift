import ArgumentParser
import Diagnostics
import Foundation
import Model
import Reports

/// What git runs for `diff=vaultctl` (gitattributes(5), "Performing text diffs of binary files").
struct TextconvCommand: Subcommand {
  /// The git setting that each clone needs once.
  static let setting = ["diff.vaultctl.textconv", "vaultctl textconv"]

  static let configuration = CommandConfiguration(
    commandName: "textconv",
    abstract: "Print a manifest with a short digest for each sealed value, for git diff.",
    discussion: "`hooks install` configures git to use it.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "File to print.", completion: .file()) var file: String

  func carryOut(_ console: Console) async throws -> Outcome {
    let bytes = try NamedFile(file, limit: FileLimit.plan).bytes()
    console.result(
      MachineText(manifest: summarized(String(decoding: bytes, as: UTF8.self))))
    return .fine
  }
}
