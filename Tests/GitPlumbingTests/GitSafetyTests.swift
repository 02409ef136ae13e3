import Foundation
import GitPlumbing
import TestSupport
import Testing

/// Nothing that a repository's contents or settings name is run by our calls.
@Suite struct GitSafetyTests {
  private let repository: TestRepository
  private var git: Git { repository.git }
  private var canary: String { repository.folder.path + "/.git/canary" }
  /// Leaves a trace where it runs.
  private var program: String { "touch \(canary); false" }

  init() throws { repository = try TestRepository() }

  private func expectNothingRan(_ what: String) {
    #expect(!FileManager.default.fileExists(atPath: canary), "\(what)")
  }

  /// Every kind of call that the program makes.
  private func callEverything(_ git: Git) {
    _ = try? git.workTree()
    _ = try? git.standardRemote()
    _ = try? git.stagedFiles()
    _ = try? git.commits(["HEAD"])
    _ = try? git.target(ofRef: "refs/heads/main")
    _ = try? git.objects(["HEAD:a.txt"])
    _ = try? git.differences(from: "HEAD~1", to: "HEAD", in: "")
    _ = try? git.hook("pre-commit")
    for arguments in [
      ["ls-remote", "origin", "refs/heads/main"], ["ls-files", "-s", "-z"],
      ["ls-tree", "-r", "-z", "--full-tree", "HEAD"], ["rev-parse", "--show-prefix"],
      ["fetch", "origin"], ["push", "origin", "HEAD:refs/vaultctl/x"],
      ["update-ref", "refs/vaultctl/x", "HEAD"], ["log", "-z", "--format=%H", "HEAD"],
    ] { _ = try? git.output(arguments) }
  }

  /// Settings that make git run something, in a repository's own file.
  private func config(_ folder: String) throws {
    let script = folder + "/run"
    try Data("#!/bin/sh\n\(program)\n".utf8).write(to: URL(fileURLWithPath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    for (name, value) in [
      ("protocol.ext.allow", "always"), ("core.fsmonitor", script), ("core.hooksPath", folder),
      ("diff.external", script), ("diff.evil.textconv", script), ("diff.evil.command", script),
      ("filter.evil.clean", script), ("filter.evil.smudge", script),
      ("filter.evil.process", script), ("remote.origin.url", "ext::\(script) x"),
      ("remote.origin.fetch", "+refs/*:refs/remotes/origin/*"),
    ] {
      let finished = try run("/usr/bin/git", ["-C", folder, "config", name, value])
      #expect(finished.status == 0, "\(finished.errorText)")
    }
    for hook in ["pre-push", "reference-transaction", "post-index-change"] {
      try FileManager.default.copyItem(atPath: script, toPath: folder + "/" + hook)
    }
  }

  @Test func aFolderThatLooksLikeABareRepositoryIsNotOne() throws {
    try repository.write("a", to: "a.txt")
    try repository.commit()
    let evil = repository.folder.path + "/evil"
    #expect(try run("/usr/bin/git", ["init", "--quiet", "--bare", evil]).status == 0)
    try config(evil)
    // Plain git runs it.
    _ = try run("/usr/bin/git", ["-C", evil, "ls-remote", "origin"])
    #expect(FileManager.default.fileExists(atPath: canary), "the trap works")
    try FileManager.default.removeItem(atPath: canary)

    callEverything(Git(folder: evil))
    expectNothingRan("a bare repository in the work tree")
    let error = #expect(throws: GitError.self) { try Git(folder: evil).standardRemote() }
    #expect(error?.words.contains("bare repository") == true)
    // The user may name one; even then, no program is run.
    callEverything(Git(folder: evil, isBare: true))
    expectNothingRan("a bare repository that is named")
  }

  @Test func settingsOfTheRepositoryRunNothing() throws {
    try repository.write("* filter=evil diff=evil -text\n", to: ".gitattributes")
    try repository.write("a", to: "a.txt")
    try repository.commit()
    try repository.write("b", to: "a.txt")
    try repository.commit()
    try repository.write("c", to: "a.txt")
    try config(repository.folder.path + "/.git")
    _ = try run("/usr/bin/git", ["-C", repository.folder.path, "status"])
    #expect(FileManager.default.fileExists(atPath: canary), "the trap works")
    try FileManager.default.removeItem(atPath: canary)
    callEverything(git)
    expectNothingRan("settings of the repository")
  }

  @Test func aSubmoduleRunsNothing() throws {
    try repository.write("a", to: "a.txt")
    try repository.commit()
    let inner = repository.folder.path + "/sub"
    #expect(try run("/usr/bin/git", ["init", "--quiet", inner]).status == 0)
    let sub = Git(folder: inner)
    try repository.write("x", to: "sub/x.txt")
    _ = try sub.output(["add", "x.txt"])
    _ = try sub.output(
      ["commit", "--quiet", "--no-gpg-sign", "--message=x"], environment: TestRepository.identity)
    try repository.write(
      """
      [submodule "sub"]
        path = sub
        url = ext::sh -c "\(program)"
        update = "!\(program)"
      """, to: ".gitmodules")
    try repository.commit()
    try config(inner + "/.git")
    try repository.write("y", to: "sub/x.txt")
    callEverything(git)
    callEverything(sub)
    expectNothingRan("a submodule")
  }

  @Test func aRefIsTakenAsItIsWritten() throws {
    let first = try repository.commit()
    let second = try repository.commit()
    _ = try git.output(["update-ref", "refs/tags/refs/remotes/origin/main", second])
    _ = try git.output(["update-ref", "refs/tags/origin/main", second])
    #expect(throws: GitError.self) { try git.target(ofRef: "refs/remotes/origin/main") }
    _ = try git.output(["update-ref", "refs/remotes/origin/main", first])
    #expect(try git.target(ofRef: "refs/remotes/origin/main") == first)
    #expect(throws: GitError.self) { try git.target(ofRef: "origin/main") }
  }
}
