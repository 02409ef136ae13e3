/// A ref of a repository or of a remote, and the object that it names.
struct LedgerRef: Hashable, Sendable {
  let name: String
  let commit: String

  /// Reads a listing of ids and names, and keeps the refs that are asked for.
  ///
  /// git's own patterns match more: those of `ls-remote` the end of a name, so that a branch called
  /// `refs/vaultctl/…` would pass for a ledger.
  ///
  /// - Parameter wanted: full names; one that ends with `/` is that of a folder.
  static func refs(in listing: String, wanted: [String]) -> [LedgerRef] {
    listing.split(separator: "\n").compactMap { line in
      let parts = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard parts.count == 2 else { return nil }
      let ref = LedgerRef(name: String(parts[1]), commit: String(parts[0]))
      let isWanted = wanted.contains {
        $0.hasSuffix("/") ? ref.name.hasPrefix($0) : ref.name == $0
      }
      return isWanted ? ref : nil
    }
  }
}
