package import Diagnostics
package import FileChanges
import Files
import Foundation

extension Diagnostic {
  package init(_ recovery: Recovery) {
    let (message, note) =
      switch recovery.outcome {
      case .finished:
        ("the changes of an interrupted command were finished", "each of them is complete now")
      case .takenBack:
        ("the changes of an interrupted command were taken back", "run that command again")
      }
    self.init(
      .changesRecovered, message, severity: .warning,
      notes: ["its files: \(recovery.files.joined(separator: ", "))", note]
        + recovery.kept.map { "another program's version was kept as `\($0)`" })
  }

  package init(_ fault: ChangeFault) {
    self =
      switch fault {
      case .busy:
        Diagnostic(
          .filesBusy, "another command has been changing files for 30 seconds",
          notes: ["it holds the lock on .vaultctl/changes"],
          help: ["find it, and end it if it is suspended: fuser .vaultctl/changes"])
      case .moved(let file):
        Diagnostic(
          .fileMoved, "`\(file)` was changed by another program meanwhile", at: .file(file),
          notes: ["the change does not fit its present contents; nothing was changed"],
          help: ["look at the file, then run the command again"])
      case .exists(let file): .alreadyExists(file)
      case .unsettled(let file):
        Diagnostic(
          .fileMoved, "another program keeps changing `\(file)`", at: .file(file),
          notes: ["nothing was changed"], help: ["stop that program, then run the command again"])
      case .unreadable(let file, let fault): Diagnostic(fault, file)
      case .ownerNotKept(let file):
        Diagnostic(
          .ownerNotKept, "`\(file)` belongs to another user", at: .file(file),
          notes: ["the changed file would be yours; nothing was changed"],
          help: [
            "run the command as its owner, or take it over: sudo chown \"$(id -un)\" \(shellWord(file))"
          ])
      case .system(let file, let number):
        .unwritable(file, number, "nothing was changed")
      case .unfinished(let file, let number):
        Diagnostic(
          .changesUnfinished, "changes of several files are not complete", at: .file(file),
          notes: [Self.text(number), "the journal of them is .vaultctl/changes"],
          help: ["remove the cause, then run any command: it finishes them, or takes them back"])
      case .uncleaned(let file, let number):
        Diagnostic(
          .changesUnfinished, "everything was written, and a previous file could not be removed",
          at: .file(file), notes: [Self.text(number)],
          help: ["remove the cause, then run any command: it removes it"])
      case .foreignJournal:
        Diagnostic(
          .foreignJournal, ".vaultctl/changes was not written in this folder",
          at: .file(".vaultctl/changes"),
          notes: ["it came with a clone or a copy, or is damaged; it is not carried out"],
          help: ["check that the manifests are complete, then: rm .vaultctl/changes"])
      }
  }

  /// An existing file is never overwritten.
  static func alreadyExists(_ file: String) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "`\(file)` already exists", at: .file(file),
      help: ["move it, or choose another name"])
  }

  private static func unwritable(_ file: String, _ number: Int32, _ note: String) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "cannot write `\(file)`", at: .file(file), notes: [text(number), note])
  }

  private static func text(_ number: Int32) -> String { SystemError(number).description }
}
