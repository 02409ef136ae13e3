/// What the codes of changes of a project's files mean.
extension Explanation {
  static let changesRecovered = Explanation(
    "Interrupted changes recovered",
    """
    A command that changed files was killed, or the machine failed. The next command of the project
    finishes what that one had written completely, and takes everything else back, so that all of its
    files are changed, or none is. The journal for it is .vaultctl/changes.
    """)

  static let changesUnfinished = Explanation(
    "Changes not complete",
    """
    The system reported an error while files were being changed, and again when the change was taken
    back. The journal .vaultctl/changes stays until a command can finish it or take it back.
    """)

  static let filesBusy = Explanation(
    "Files are being changed",
    """
    Only one command at a time changes the files of a project, and each does so for a moment. Another
    one has held the lock for 30 seconds: it is suspended, or its disk does not answer.
    """)

  static let fileMoved = Explanation(
    "File changed meanwhile",
    """
    Another command, an editor or git changed a file after this command had read it. A change of
    another field or connection would have been made on the new contents, but this one does not fit
    them: it is about the same value, or the connection is no longer there. Nothing was changed.
    """)

  static let ownerNotKept = Explanation(
    "Owner of a file cannot be kept",
    """
    A changed file keeps its owner, group and mode. Only root can give a file to another user.
    """)

  static let foreignJournal = Explanation(
    "Journal of another folder",
    """
    .vaultctl/changes is the journal of changes that are being made. It names the file that it is in,
    so that one that was committed or copied with the project is never carried out.
    """)

  static let valueKept = Explanation(
    "Refused value kept",
    """
    `set` or `edit` sealed a value, and its field was changed by another program meanwhile. So that
    neither value is lost, the manifest stays as it is, and the sealed one is in a file of its own.
    """)
}
