import Foundation
package import GitPlumbing
package import Model
package import Stores

/// A ledger in a ref of a git repository: a tree of JSON blobs, one commit an apply.
///
/// The ref moves by compare-and-swap, here by `update-ref` with the old value, at the remote by
/// `push --force-with-lease`; the process that moves it first has the lock. While a run is in progress
/// its states replace one another, so that the finished run is one commit on top of the one before it.
/// Nothing but git's own plumbing is used: no work tree, so a bare repository will do.
package struct GitLedger: Ledger {
  /// A state of the ledger, and the commits that a move of it starts from.
  package struct Version: LedgerVersion {
    /// `nil`: there is none yet.
    let commit: String?
    /// The local ref's value, as it was read: it may be older than a commit that was fetched.
    let local: String?
    /// The remote ref's value, as it was read; `nil`: none, or there is no remote.
    let remote: String?
    package let contents: LedgerContents
    /// Ids of blobs by path, so that only what changes is written.
    let blobs: [String: String]
  }

  private let git: Git
  private let ref: String
  /// What the refs of all owners' ledgers for the backend begin with; `nil` for a ledger without an
  /// owner.
  private let place: String?
  /// `nil`: the ledger is in this repository alone.
  private let remote: String?

  private static let folder = "refs/vaultctl/ledger/"

  /// - Parameters:
  ///   - name: the ref's name after `refs/vaultctl/ledger/`.
  ///   - place: what the names of all owners' ledgers for the backend begin with.
  package init(git: Git, name: String, place: String? = nil, remote: String?) {
    self.git = git
    ref = Self.folder + name
    self.place = place.map { Self.folder + $0 + "/" }
    self.remote = remote
  }

  // MARK: Reading

  /// The current state; nothing is written but objects that the remote has.
  ///
  /// - Parameter isOffline: without a request to the remote.
  package func read(isOffline: Bool) throws(StoreError) -> Version {
    do throws(GitError) {
      let local = try commit(at: ref)
      let there = isOffline ? nil : try remoteCommit()
      guard let there, there != local else {
        return try version(local, local: local, remote: there)
      }
      if try !has(there) { try fetch() }
      guard let local else { return try version(there, local: nil, remote: there) }
      let mine = try version(local, local: local, remote: there)
      let theirs = try version(there, local: local, remote: there)
      return try isNewer(mine, than: theirs) ? mine : theirs
    } catch {
      throw .ledgerFailed(error.words)
    }
  }

  package func others(isOffline: Bool) throws(StoreError) -> [LedgerContents] {
    guard let place else { return [] }
    let refs: Set<Substring>
    do throws(GitError) {
      var text = try git.line(["for-each-ref", "--format=%(refname)", place])
      if !isOffline, let remote {
        let list = try git.line(["ls-remote", remote, place + "*"], environment: Self.quiet)
        text +=
          "\n"
          + list.split(separator: "\n").map { $0.drop { $0 != "\t" }.dropFirst() }
          .joined(separator: "\n")
      }
      refs = Set(text.split(separator: "\n")).subtracting([ref[...]])
    } catch {
      throw .ledgerFailed(error.words)
    }
    return try refs.sorted().map { (other) throws(StoreError) in
      try GitLedger(git: git, name: String(other.dropFirst(Self.folder.count)), remote: remote)
        .read(isOffline: isOffline).contents
    }
  }

  /// If both belong to one run, the later state; else ours if it continues the remote's.
  private func isNewer(_ mine: Version, than theirs: Version) throws(GitError) -> Bool {
    let here = mine.contents.state
    let there = theirs.contents.state
    if here.token != nil, here.token == there.token { return here.step > there.step }
    guard let base = theirs.commit, let tip = mine.commit else { return false }
    do throws(GitError) {
      _ = try git.output(["merge-base", "--is-ancestor", base, tip])
      return true
    } catch {
      if error.status == 1 { return false }
      throw error
    }
  }

  private func version(
    _ commit: String?, local: String?, remote: String?
  ) throws(GitError) -> Version {
    guard let commit else {
      return Version(
        commit: nil, local: local, remote: remote, contents: LedgerContents(), blobs: [:])
    }
    let files = Git.files(
      in: try git.output(["ls-tree", "-r", "-z", "--full-tree", commit]), idAt: 2)
    let objects = try git.objects(files.map(\.id))
    var contents = LedgerContents()
    for ((path, _), bytes) in zip(files, objects) {
      guard let bytes else {
        throw GitError(words: "`\(path)` of the ledger is missing", status: 1)
      }
      try LedgerFiles.read(path, bytes, into: &contents)
    }
    return Version(
      commit: commit, local: local, remote: remote, contents: contents,
      blobs: Dictionary(files.map { ($0.path, $0.id) }) { first, _ in first })
  }

  private func commit(at ref: String) throws(GitError) -> String? {
    do throws(GitError) {
      return try git.line(["rev-parse", "--verify", "--quiet", "--end-of-options", ref])
    } catch {
      if error.status == 1 { return nil }
      throw error
    }
  }

  private func remoteCommit() throws(GitError) -> String? {
    guard let remote else { return nil }
    let line = try git.line(["ls-remote", remote, ref], environment: Self.quiet)
    return line.split(separator: "\t").first.map(String.init)
  }

  private func has(_ commit: String) throws(GitError) -> Bool {
    do throws(GitError) {
      _ = try git.output(["cat-file", "-e", "\(commit)^{commit}"])
      return true
    } catch {
      if error.status == -1 { throw error }
      return false
    }
  }

  private func fetch() throws(GitError) {
    guard let remote else { return }
    _ = try git.output(
      ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, ref],
      environment: Self.quiet)
  }

  /// A job has no terminal, so git must not prompt.
  private static let quiet = ["GIT_TERMINAL_PROMPT": "0"]

  // MARK: Moving

  package func move(
    from old: Version, on base: Version, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    try move(
      from: old, parent: base.commit, to: contents, message: message, by: provenance,
      isShared: isShared)
  }

  /// Writes a state as a commit on `parent` and moves the ref from `old` to it.
  private func move(
    from old: Version, parent: String?, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    do throws(GitError) {
      let blobs = try LedgerFiles.blobs(of: contents, since: old.contents, old.blobs) {
        text throws(GitError) in
        try git.line(["hash-object", "-w", "--stdin"], input: Data(text.utf8))
      }
      let commit = try git.line(
        ["commit-tree", try tree(blobs), "-F", "-"] + (parent.map { ["-p", $0] } ?? []),
        input: Data(message.utf8), environment: Self.identity(provenance))
      let none = String(repeating: "0", count: commit.utf8.count)
      try swap { () throws(GitError) in
        _ = try git.output(["update-ref", ref, commit, old.local ?? none])
      }
      var remote = old.remote
      if isShared, self.remote != nil {
        try push(commit, expected: old.remote)
        remote = commit
      }
      return Version(
        commit: commit, local: commit, remote: remote, contents: contents, blobs: blobs)
    } catch {
      throw error.isMoved ? .ledgerMoved : .ledgerFailed(error.words)
    }
  }

  package func reset(by provenance: Provenance) throws(StoreError) {
    let old: Version
    do throws(GitError) {
      let local = try commit(at: ref)
      let there = try remoteCommit()
      if let there, try !has(there) { try fetch() }
      old = Version(
        commit: local ?? there, local: local, remote: there, contents: LedgerContents(),
        blobs: [:])
    } catch {
      throw .ledgerFailed(error.words)
    }
    _ = try move(
      from: old, parent: old.remote ?? old.commit, to: LedgerContents(),
      message: "ledger: reset\n", by: provenance, isShared: true)
  }

  package func revert(_ version: Version, to base: Version) throws(StoreError) {
    do throws(GitError) {
      guard let commit = version.commit else { return }
      let parent = base.commit
      try swap { () throws(GitError) in
        _ = try git.output(
          parent.map { ["update-ref", ref, $0, commit] } ?? ["update-ref", "-d", ref, commit])
      }
      if remote != nil { try push(parent, expected: version.remote) }
    } catch {
      throw error.isMoved ? .ledgerMoved : .ledgerFailed(error.words)
    }
  }

  private func push(_ commit: String?, expected: String?) throws(GitError) {
    guard let remote else { return }
    try swap { () throws(GitError) in
      _ = try git.output(
        [
          "push", "--quiet", "--no-verify", "--force-with-lease=\(ref):\(expected ?? "")", remote,
          "\(commit ?? ""):\(ref)",
        ], environment: Self.quiet)
    }
  }

  /// Tells apart a compare-and-swap that finds another value from other failures, by git's messages.
  private func swap(_ move: () throws(GitError) -> Void) throws(GitError) {
    do throws(GitError) {
      try move()
    } catch {
      let signs = [
        "but expected", "stale info", "[rejected]", "[remote rejected]", "cannot lock ref",
      ]
      guard signs.contains(where: error.words.contains) else { throw error }
      throw GitError(words: GitError.moved, status: error.status)
    }
  }

  private func tree(_ blobs: [String: String]) throws(GitError) -> String {
    func line(_ kind: String, _ id: String, _ name: Substring) -> String {
      "\(kind) \(id)\t\(name)\0"
    }
    let folder = LedgerFiles.connections + "/"
    var root = ""
    var inner = ""
    for (path, id) in blobs.sorted(by: { $0.key < $1.key }) {
      if path.hasPrefix(folder) {
        inner += line("100644 blob", id, path.dropFirst(folder.count))
      } else {
        root += line("100644 blob", id, path[...])
      }
    }
    if !inner.isEmpty {
      let id = try git.line(["mktree", "-z"], input: Data(inner.utf8))
      root += line("040000 tree", id, LedgerFiles.connections[...])
    }
    return try git.line(["mktree", "-z"], input: Data(root.utf8))
  }

  /// The commits' author, so that none has to be configured in git.
  private static func identity(_ provenance: Provenance) -> [String: String] {
    let name = provenance.who.split(separator: "@").first.map(String.init) ?? "vaultctl"
    return [
      "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": provenance.who,
      "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": provenance.who,
    ]
  }

  package func log() throws(StoreError) -> [LedgerLogEntry] {
    let version = try read()
    guard let commit = version.commit else { return [] }
    do throws(GitError) {
      let text = try git.output(["log", "-z", "--format=%H%x09%cI%x09%B", commit])
      return text.split(separator: 0).map { part in
        let fields = String(decoding: part, as: UTF8.self)
          .split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        return LedgerLogEntry(
          id: String(String(fields[0]).prefix(12)), when: fields.count > 1 ? String(fields[1]) : "",
          message: fields.count > 2 ? String(fields[2]) : "")
      }
    } catch {
      throw .ledgerFailed(error.words)
    }
  }
}

extension GitError {
  fileprivate static let moved = "the ref moved"
  fileprivate var isMoved: Bool { words == Self.moved }
}
