import GitPlumbing
import Stores

/// A ledger's ref at a git remote.
struct LedgerRemote: Sendable {
  let git: Git
  /// As git knows it, such as `origin`.
  let name: String
  let ref: String

  /// A job has no terminal, so git must not prompt.
  private static let quiet = ["GIT_TERMINAL_PROMPT": "0"]

  /// The commit that the ref is at; `nil` if the remote has no such ref.
  func commit() throws(StoreError) -> String? { try refs([ref]).first?.commit }

  /// - Parameter wanted: as in `LedgerRef.refs(in:wanted:)`.
  func refs(_ wanted: [String]) throws(StoreError) -> [LedgerRef] {
    do throws(GitError) {
      let patterns = wanted.map { $0.hasSuffix("/") ? $0 + "*" : $0 }
      let listing = try git.line(["ls-remote", name] + patterns, environment: Self.quiet)
      return LedgerRef.refs(in: listing, wanted: wanted)
    } catch {
      throw .ledgerUnreachable(error.words)
    }
  }

  /// Brings the objects of this ledger's ref, or of others, into the repository.
  func fetch(_ refs: [String]? = nil) throws(StoreError) {
    do throws(GitError) {
      _ = try git.output(
        ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", name] + (refs ?? [ref]),
        environment: Self.quiet)
    } catch {
      throw .ledgerUnreachable(error.words)
    }
  }

  /// Moves the ref, if it is still at `expected`.
  ///
  /// Why a push failed is read from where the ref is afterwards and not from git's words, which
  /// depend on its version, the server and the language.
  ///
  /// - Parameter commit: `nil` deletes the ref.
  /// - Throws: `ledgerMoved` if another process moved it first, `ledgerRejected` if the remote answers
  ///   and the ref is still where it was, `ledgerUnreachable` if it does not answer.
  func push(_ commit: String?, expected: String?) throws(StoreError) {
    do throws(GitError) {
      _ = try git.output(
        [
          "push", "--quiet", "--no-verify", "--force-with-lease=\(ref):\(expected ?? "")", name,
          "\(commit ?? ""):\(ref)",
        ], environment: Self.quiet)
    } catch {
      let found = try self.commit()
      // The push was carried out, and its response is lost.
      if found == commit { return }
      throw found == expected ? .ledgerRejected(error.words) : .ledgerMoved
    }
  }
}
