import ArgumentParser
import Diagnostics
import Foundation
import Reports

struct ManCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "man",
    abstract: "Print a page of the manual, or write all of them to a folder.",
    discussion: """
      There is a page for each command, vaultctl-COMMAND(1), and one for each topic, vaultctl-TOPIC(7). \
      Without --out, the page is printed in the form that `man -l -` shows.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Command (default: vaultctl itself).", valueName: "command"))
  var path: [String] = []

  @Option(
    help: ArgumentHelp("Folder to write all pages to; it is created.", valueName: "folder"),
    completion: .directory)
  var out: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let pages = ManualPage.all()
    if let out {
      try write(pages, to: out)
      console.result("Wrote \(pages.count) pages to \(out)\n")
      return .fine
    }
    let name = (["vaultctl"] + path).joined(separator: "-")
    guard let page = pages.first(where: { $0.name == name }) else {
      throw ValidationError("there is no such page; list the commands: vaultctl help")
    }
    console.result(MachineText(parserOutput: page.text))
    return .fine
  }

  private func write(_ pages: [ManualPage], to folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      for page in pages {
        try Data(page.text.utf8).write(
          to: URL(fileURLWithPath: folder).appending(path: page.fileName), options: .atomic)
      }
    } catch {
      throw Failure(.unwritable(folder, error))
    }
  }
}
