import Foundation
import TestServer
import TestSupport
import Testing

/// A pull request that changes what runs and where credentials go, in a pipeline that has every
/// credential in its environment. The attacker's server must hear nothing, and nothing may run.
@Suite struct HostileRequestTests {
  @Test(arguments: HostileRequest.Pipeline.allCases)
  func aBranchsSettingsReachNobody(_ pipeline: HostileRequest.Pipeline) async throws {
    // Whether the trusted file has a store of its own does not depend on the service.
    for hasStore in pipeline == .gitHub ? [false, true] : [false] {
      let attack = try await HostileRequest { hasStore ? HostileRequest.store(at: $0) : "" }
      try attack.commit()
      for (what, settings) in attack.settings {
        try attack.sandbox.writeProject(extra: settings)
        let environment = settings.contains("environments:") ? ["--env", "prod"] : []
        // What a command does with a source of trust does not depend on which one it is.
        let count = pipeline != .gitHub ? 1 : hasStore ? 3 : .max
        let commands = HostileRequest.commands.prefix(count)
        try await attack.run(pipeline, environment, what, commands: commands)
      }
    }
  }

  /// The trusted setting runs a file, and the branch changes the file.
  @Test(arguments: [
    "[ci/login]", "[./ci/login]", "[sh, ci/login]", "[sh, -c, \". ./ci/login; true\"]",
  ])
  func aTrustedCommandDoesNotRunABranchsFile(_ command: String) async throws {
    let attack = try await HostileRequest {
      "store: {type: openbao, address: \"\($0)\", credentialsCommand: \(command)}"
    }
    let path = attack.sandbox.folder.path + "/ci/login"
    func script(_ text: String) throws {
      try attack.sandbox.write("#!/bin/sh\n\(text)\n", to: "ci/login")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try script("echo BAO_TOKEN=x")
    try attack.commit()
    let good = try await attack.plan(.gitHub)
    #expect(good.errorText.contains("VC4015"), "\(good.errorText)")
    try script("touch \(attack.canary); echo BAO_TOKEN=x")
    #expect(try await attack.plan(.gitHub).errorText.contains("VC1235"))
    try await attack.run(.gitHub, [], command, commands: HostileRequest.commands.prefix(3))
    // A link to another file of the branch.
    try FileManager.default.removeItem(atPath: path)
    try attack.sandbox.write("#!/bin/sh\ntouch \(attack.canary)\n", to: "other")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "../other")
    try await attack.run(.gitHub, [], command, commands: HostileRequest.commands.prefix(3))
  }

  /// Names that a request's author chooses must not be taken for the target's tip.
  @Test func theTargetIsNeverWhatTheAuthorChooses() async throws {
    let attack = try await HostileRequest(HostileRequest.store)
    try attack.commit()
    try attack.sandbox.writeProject(
      extra: HostileRequest.store(at: attack.listener.address))
    for arguments in [
      ["commit", "--quiet", "-a", "-m", "evil"], ["tag", "main"], ["tag", "origin/main"],
      ["tag", "refs/remotes/origin/main"], ["branch", "origin/main"],
      ["branch", "refs/remotes/origin/main"],
    ] { #expect(try attack.sandbox.git(arguments).status == 0) }
    for pipeline in [HostileRequest.Pipeline.gitHub, .gitLab, .option] {
      try await attack.run(
        pipeline, [], "names", commands: HostileRequest.commands.prefix(3))
    }
    try attack.sandbox.git(["update-ref", "-d", "refs/remotes/origin/main"])
    for pipeline in [HostileRequest.Pipeline.gitHub, .gitLab, .option] {
      try await attack.run(
        pipeline, [], "names without the ref", commands: HostileRequest.commands.prefix(3))
    }
  }

  /// The project lies in a folder that looks like a bare repository, with settings of its own.
  @Test func aBareRepositoryInTheWorkTreeRunsNothing() async throws {
    let attack = try await HostileRequest { _ in "" }
    try attack.sandbox.moveProject(to: "evil")
    let folder = attack.sandbox.folder.path + "/evil"
    #expect(try run("/usr/bin/git", ["init", "--quiet", "--bare", folder]).status == 0)
    try attack.sandbox.write(
      """
      [core]
        repositoryformatversion = 0
        bare = true
        fsmonitor = "touch \(attack.canary)"
        sshCommand = "touch \(attack.canary); false"
      [protocol "ext"]
        allow = always
      [remote "origin"]
        url = ext::sh -c touch% \(attack.canary)
        fetch = +refs/*:refs/remotes/origin/*
      """, to: "evil/config")
    try attack.sandbox.write(
      try attack.sandbox.read("evil/vaultctl.yaml") + "\nstore: {type: sqlite, ledger: git}\n",
      to: "evil/vaultctl.yaml")
    try attack.commit()
    for pipeline in [HostileRequest.Pipeline.none, .gitHub, .option] {
      try await attack.run(pipeline, ["-C", "evil"], "a bare repository")
    }
  }

  /// Programs of the test's own note their environment.
  @Test func childrenGetNoCredential() async throws {
    let attack = try await HostileRequest { _ in "store: {type: sqlite, ledger: git}" }
    try attack.commit()
    let log = attack.sandbox.home.path + "/environment"
    let tools = try TemporaryFolder()
    for (name, program) in [("git", "/usr/bin/git"), ("editor", "true")] {
      try tools.write("#!/bin/sh\nenv >> \(log).\(name)\nexec \(program) \"$@\"\n", to: name)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: tools.path + "/" + name)
    }
    let environment = HostileRequest.credentials.merging([
      "PATH": "\(tools.path):/usr/bin:/bin", "EDITOR": tools.path + "/editor",
    ]) { $1 }
    let home = attack.sandbox.home.path
    _ = try run("/usr/bin/gpgconf", ["--homedir", home, "--kill", "all"])
    for (command, input) in [
      (["set", "chat", "url"], "https://hooks.slack.com/services/T/B/x"),
      (["edit", "chat", "url"], ""), (["diff", "refs/heads/main"], ""), (["ledger", "log"], ""),
      (["apply", "--auto-approve"], ""),
    ] {
      let finished = try attack.sandbox.vaultctl(
        command, input: input, environment: environment, isRecorded: false)
      #expect(finished.status == 0, "\(command): \(finished.errorText)")
    }
    let agent = try run(
      "/usr/bin/gpg-connect-agent", ["--no-autostart", "--homedir", home, "GETINFO pid", "/bye"])
    let id = try #require(agent.text.split(whereSeparator: \.isWhitespace).dropFirst().first)
    let agents = try String(contentsOfFile: "/proc/\(id)/environ", encoding: .utf8)
    #expect(agents.contains("GNUPGHOME=") && !agents.contains("s3cr3t-bao"), "\(agents)")
    #expect(!agents.contains("s3cr3t-auth0"))
    for name in ["git", "editor"] {
      let seen = try String(contentsOfFile: "\(log).\(name)", encoding: .utf8)
      #expect(seen.contains("PATH="))
      let logins = seen.split(separator: "\n").filter { $0.contains("s3cr3t") }
      // An editor is the user's: it keeps what logs in to no store.
      let isOther = logins.allSatisfy { $0.hasPrefix("CI_JOB_JWT") || $0.hasPrefix("DEPLOY_TOKEN") }
      #expect(name == "git" ? logins.isEmpty : isOther, "\(name): \(logins)")
    }
    // What the user names gets what the user has.
    let own = try attack.sandbox.vaultctl(
      ["exec", "chat", "--", "env"], environment: environment, isRecorded: false)
    #expect(own.text.contains("BAO_TOKEN=s3cr3t"), "\(own.errorText)")
  }
}
