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
    package let digests: LedgerDigests
    package let remoteState: LedgerRemoteState
    /// Ids of blobs by path, so that only what changes is written.
    let blobs: [String: String]
  }

  private let git: Git
  private let ref: String
  /// What the refs of all owners' ledgers for the backend begin with; `nil` for a ledger without an
  /// owner.
  private let place: String?
  /// `nil`: the ledger is in this repository alone.
  private let remote: LedgerRemote?

  private static let folder = "refs/vaultctl/ledger/"

  /// - Parameters:
  ///   - name: the ref's name after `refs/vaultctl/ledger/`.
  ///   - place: what the names of all owners' ledgers for the backend begin with.
  package init(git: Git, name: String, place: String? = nil, remote: String?) {
    self.git = git
    let ref = Self.folder + name
    self.ref = ref
    self.place = place.map { Self.folder + $0 + "/" }
    self.remote = remote.map { LedgerRemote(git: git, name: $0, ref: ref) }
  }

  // MARK: Reading

  /// The current state; nothing is written but objects that the remote has.
  ///
  /// - Parameter isOffline: without a request to the remote.
  package func read(isOffline: Bool) throws(StoreError) -> Version {
    let local = try commit(at: ref)
    guard !isOffline, let remote else {
      return try version(local, local: local, remote: nil, .none)
    }
    guard let there = try remote.commit() else {
      return try version(local, local: local, remote: nil, .absent)
    }
    if there == local { return try version(local, local: local, remote: there, .current) }
    if try !has(there) { try remote.fetch() }
    let theirs = try version(there, local: local, remote: there, .current)
    guard let local else { return theirs }
    let mine = try version(
      local, local: local, remote: there, .at(sequence: theirs.contents.state.sequence))
    return try isNewer(mine, than: theirs) ? mine : theirs
  }

  /// One request to the remote, whatever the number of ledgers. A ledger that differs here and there
  /// counts in both states.
  package func neighbours(
    _ previous: GitLedger, isOffline: Bool
  ) throws(StoreError) -> LedgerNeighbours {
    guard let place else { return LedgerNeighbours() }
    let wanted = [place, previous.ref]
    var refs = Set(try localRefs(wanted))
    if !isOffline, let remote {
      let there = try remote.refs(wanted)
      let missing = try missing(there).filter { $0.name != ref }
      if !missing.isEmpty { try remote.fetch(missing.map(\.name)) }
      refs.formUnion(there)
    }
    var found = LedgerNeighbours()
    for other in refs.sorted(by: { $0.name < $1.name }) where other.name != ref {
      let contents = try contents(of: other)
      if other.name == previous.ref {
        found.previous.append(contents)
      } else {
        found.others.append(contents)
      }
    }
    return found
  }

  private func localRefs(_ wanted: [String]) throws(StoreError) -> [LedgerRef] {
    let listing = try git.askingLedger { git throws(GitError) in
      try git.line(["for-each-ref", "--format=%(objectname) %(refname)"] + wanted)
    }
    return LedgerRef.refs(in: listing, wanted: wanted)
  }

  /// The refs whose commits are not in this repository.
  private func missing(_ refs: [LedgerRef]) throws(StoreError) -> [LedgerRef] {
    let found = try git.askingLedger { git throws(GitError) in
      try git.objects(refs.map(\.commit))
    }
    return zip(refs, found).filter { $1 == nil }.map { $0.0 }
  }

  /// Without each of them nobody knows whose a connection is, so none is left out.
  private func contents(of other: LedgerRef) throws(StoreError) -> LedgerContents {
    do throws(StoreError) {
      return try version(other.commit, local: nil, remote: nil, .none).contents
    } catch {
      if case .ledgerFailed(let words) = error { throw .ledgerFailed("\(other.name): \(words)") }
      if case .tooNew(let reason) = error { throw .tooNew("\(other.name): \(reason)") }
      throw error
    }
  }

  /// If both belong to one run, the later state; else ours if it continues the remote's.
  private func isNewer(_ mine: Version, than theirs: Version) throws(StoreError) -> Bool {
    let here = mine.contents.state
    let there = theirs.contents.state
    if here.token != nil, here.token == there.token { return here.step > there.step }
    guard let base = theirs.commit, let tip = mine.commit else { return false }
    return try git.answer(["merge-base", "--is-ancestor", base, tip], no: 1)
  }

  private func version(
    _ commit: String?, local: String?, remote: String?, _ remoteState: LedgerRemoteState
  ) throws(StoreError) -> Version {
    var contents = LedgerContents()
    var digests = LedgerDigests()
    var files: [(path: String, entry: GitEntry)] = []
    if let commit {
      let listing = try git.askingLedger { git throws(GitError) in
        try git.output(["ls-tree", "-r", "-z", "--full-tree", commit])
      }
      files = Git.entries(in: listing, idAt: 2).filter { $0.entry.kind == .file }
      // The version first: whether the others can be read depends on it.
      files =
        files.filter { $0.path == LedgerFiles.version }
        + files.filter { $0.path != LedgerFiles.version }
      let ids = files.map(\.entry.id)
      let objects = try git.askingLedger { git throws(GitError) in try git.objects(ids) }
      for ((path, _), bytes) in zip(files, objects) {
        guard let bytes else { throw .ledgerFailed("`\(path)` of the ledger is missing") }
        try LedgerFiles.read(path, bytes, into: &contents)
        if LedgerFiles.isProven(path) { digests.add(path, bytes) }
      }
    }
    return Version(
      commit: commit, local: local, remote: remote, contents: contents, digests: digests,
      remoteState: remoteState,
      blobs: Dictionary(files.map { ($0.path, $0.entry.id) }) { first, _ in first })
  }

  private func commit(at ref: String) throws(StoreError) -> String? {
    try localRefs([ref]).first?.commit
  }

  private func has(_ commit: String) throws(StoreError) -> Bool {
    try git.answer(["cat-file", "-e", "\(commit)^{commit}"], no: 1, 128)
  }

  // MARK: Moving

  package func move(
    from old: Version, on base: Version, to draft: LedgerDraft, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    try move(
      from: old, parent: base.commit, to: draft, message: message, by: provenance,
      isShared: isShared)
  }

  /// Writes a state as a commit on `parent` and moves the ref from `old` to it, here and then at the
  /// remote. If the remote does not take it, the ref here is put back.
  private func move(
    from old: Version, parent: String?, to draft: LedgerDraft, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    let (blobs, commit) = try git.askingLedger { git throws(GitError) in
      let blobs = try self.blobs(of: draft, old)
      let commit = try git.line(
        ["commit-tree", try tree(blobs), "-F", "-"] + (parent.map { ["-p", $0] } ?? []),
        input: Data(message.utf8), environment: Self.identity(provenance))
      return (blobs, commit)
    }
    try swap(from: old.local, to: commit)
    var there = old.remote
    // The remote stays where the old state says that it is.
    var remoteState = old.remoteState
    if remoteState == .current { remoteState = .at(sequence: old.contents.state.sequence) }
    if isShared, let remote {
      do throws(StoreError) {
        try remote.push(commit, expected: old.remote)
      } catch {
        try? swap(from: commit, to: old.local)
        throw error
      }
      there = commit
      remoteState = .current
    }
    return Version(
      commit: commit, local: commit, remote: there, contents: draft.contents,
      digests: draft.digests, remoteState: remoteState, blobs: blobs)
  }

  /// The ids of a draft's files; those that differ from the version's are written.
  private func blobs(
    of draft: LedgerDraft, _ old: Version
  ) throws(GitError) -> [String: String] {
    func written(_ text: String) throws(GitError) -> String {
      try git.line(["hash-object", "-w", "--stdin"], input: Data(text.utf8))
    }
    var blobs: [String: String] = [:]
    for path in draft.paths {
      if let text = draft.text(path) {
        blobs[path] = try written(text)
      } else {
        blobs[path] = old.blobs[path]
      }
    }
    let hasProof = draft.contents.proof != nil
    if hasProof == (old.contents.proof != nil), let id = old.blobs[LedgerFiles.version] {
      blobs[LedgerFiles.version] = id
    } else {
      blobs[LedgerFiles.version] = try written(LedgerFiles.form(hasProof: hasProof))
    }
    return blobs
  }

  package func reset(to draft: LedgerDraft, by provenance: Provenance) throws(StoreError) {
    let local = try commit(at: ref)
    let there = try remote?.commit()
    if let there, try !has(there) { try remote?.fetch() }
    let old = Version(
      commit: local ?? there, local: local, remote: there, contents: LedgerContents(),
      digests: LedgerDigests(), remoteState: .none, blobs: [:])
    _ = try move(
      from: old, parent: old.remote ?? old.commit, to: draft,
      message: "ledger: reset\n", by: provenance, isShared: true)
  }

  package func revert(_ version: Version, to base: Version) throws(StoreError) {
    guard let commit = version.commit else { return }
    try swap(from: commit, to: base.commit)
    try remote?.push(base.commit, expected: version.remote)
  }

  /// Moves the ref here, if it is still at `old`; `nil` is a ref that does not exist.
  ///
  /// - Throws: `ledgerMoved` if another process moved it first.
  private func swap(from old: String?, to new: String?) throws(StoreError) {
    do throws(GitError) {
      if let new {
        let none = String(repeating: "0", count: new.utf8.count)
        _ = try git.output(["update-ref", ref, new, old ?? none])
      } else if let old {
        _ = try git.output(["update-ref", "-d", ref, old])
      }
    } catch {
      throw try commit(at: ref) == old ? .ledgerFailed(error.words) : .ledgerMoved
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
    let text = try git.askingLedger { git throws(GitError) in
      try git.output(["log", "-z", "--format=%H%x09%cI%x09%B", commit])
    }
    return text.split(separator: 0).map { part in
      let fields = String(decoding: part, as: UTF8.self)
        .split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      return LedgerLogEntry(
        id: String(String(fields[0]).prefix(12)), when: fields.count > 1 ? String(fields[1]) : "",
        message: fields.count > 2 ? String(fields[2]) : "")
    }
  }
}

extension Git {
  /// The result of calls; their errors as the ledger's.
  fileprivate func askingLedger<R>(
    _ calls: (Git) throws(GitError) -> R
  ) throws(StoreError) -> R {
    do throws(GitError) {
      return try calls(self)
    } catch {
      throw .ledgerFailed(error.words)
    }
  }

  /// The answer to a question that git gives as an exit code.
  ///
  /// - Parameter no: the codes that mean no.
  fileprivate func answer(_ question: [String], no: Int32...) throws(StoreError) -> Bool {
    do throws(GitError) {
      _ = try output(question)
      return true
    } catch {
      if no.contains(error.status) { return false }
      throw .ledgerFailed(error.words)
    }
  }
}
