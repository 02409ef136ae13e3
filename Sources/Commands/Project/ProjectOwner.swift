import Foundation

/// Whose files may be a project that was not named but found, as git decides it (`safe.directory` of
/// git-config(1)).
package enum ProjectOwner {
  /// Whether neither a file nor what it links to is another user's. What a link leads to may be missing.
  static func isTrusted(_ path: String) -> Bool {
    var (link, target) = (stat(), stat())
    guard unsafe lstat(path, &link) == 0 else { return false }
    if unsafe stat(path, &target) != 0 { target = link }
    let caller = ProcessInfo.processInfo.environment["SUDO_UID"].flatMap { UInt32($0) }
    return [link.st_uid, target.st_uid].allSatisfy {
      accepts(owner: $0, user: geteuid(), caller: caller)
    }
  }

  /// - Parameters:
  ///   - user: who runs the program.
  ///   - caller: who ran sudo; it counts only for root.
  package static func accepts(owner: UInt32, user: UInt32, caller: UInt32?) -> Bool {
    // Root can change our files anyway.
    owner == user || owner == 0 || (user == 0 && owner == caller)
  }
}
