import ArgumentParser
import Diagnostics
import Foundation
import Model
import OpenPGP
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
    let summary = SealedSummary(String(decoding: bytes, as: UTF8.self))
    console.result(MachineText(manifest: summary.text(owners: await owners(of: summary.keyIDs))))
    return .fine
  }

  /// git runs it for each file, so the project's manifests are not read.
  private func owners(of ids: Set<String>) async -> [String: String] {
    if ids.isEmpty { return [:] }
    let root = (try? ProjectRoot.find(global.project)) ?? FileManager.default.currentDirectoryPath
    let directory = await KeyDirectory(
      PGPEngine(GPGSettings(isInteractive: false)), ids: ids, of: ProjectFiles(root: root),
      trustRef: global.trustRef)
    return directory.owners(of: ids).mapValues { TerminalText($0).renderedWithinLine }
  }
}
