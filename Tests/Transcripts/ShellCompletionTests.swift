import Foundation
import Processes
import TestSupport
import Testing

/// The completion scripts, loaded in their shells, and asked as a person does who presses the tab key.
@Suite struct ShellCompletionTests {
  enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }

  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}, staging: {}}")
    for (name, app, setup) in [
      ("billing-api", "http", "{type: bearer, token: null}"),
      ("billing-web", "http", "{type: bearer, token: null}"),
      ("twilio-prod", "twilio", "{type: api_key, account_id: AC1}"),
    ] {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\nspec: {app: \(app), setup: \(setup)}\n",
        to: "connections/\(name).yaml")
    }
    for shell in Shell.allCases {
      let script = try sandbox.vaultctl(["completion", shell.rawValue])
      #expect(script.status == 0)
      try sandbox.write(script.text, to: "_vaultctl.\(shell)")
    }
  }

  /// What the shell offers for the last word of a command line.
  ///
  /// - Parameter expected: fish is slow; it is waited for until it shows these.
  private func offered(
    _ line: String, _ shell: Shell, expecting expected: [String] = []
  ) async throws -> Set<String> {
    switch shell {
    case .bash:
      let script = #"""
        source ./_vaultctl.bash
        COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"
        [[ "$COMP_LINE" == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _vaultctl vaultctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}"
        """#
      let lines = try output("/usr/bin/bash", ["-c", script, "it", line]).split(separator: "\n")
      return Set(lines.map { $0.trimmingCharacters(in: .whitespaces) })
    case .zsh:
      // A shell in a pseudo-terminal of its own, whose matches are printed as they are found.
      let script = #"""
        zmodload zsh/zpty
        zpty z "zsh -f -i"
        zpty -w z 'PS1=; stty -echo; autoload -Uz compinit; compinit -u -D'
        zpty -w z 'source ./_vaultctl.zsh; compdef _vaultctl vaultctl'
        zpty -w z 'compadd() { builtin compadd -O hits "$@"; print -rl -- "HIT:"${^hits}; builtin compadd "$@" }'
        zpty -w z 'print READY'
        zpty -r z seen '*READY*'
        zpty -w -n z "$1"$'\t'
        zpty -w -n z $'\x15'
        zpty -w z 'print FINISHED'
        zpty -r z out '*FINISHED*'
        print -r -- "$out"
        """#
      let text = try output("/usr/bin/zsh", ["-f", "-c", script, "it", line])
      return Set(text.matches(of: /HIT:([^\s\u{1B}]+)/).map { String($0.1) })
    case .fish:
      return try await offeredByFish(line, expecting: expected)
    }
  }

  private func output(_ shell: String, _ arguments: [String]) throws -> String {
    try run(
      shell, arguments, in: sandbox.folder.path,
      environment: [
        "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "HOME": sandbox.folder.path,
        "TERM": "xterm", "LANG": "C.UTF-8",
      ]
    ).text
  }

  /// fish completes only at a terminal.
  private func offeredByFish(_ line: String, expecting expected: [String]) async throws -> Set<
    String
  > {
    let screen = sandbox.folder.path + "/screen"
    try Data().write(to: URL(fileURLWithPath: screen))
    let typed = Pipe()
    let setup = "source ./_vaultctl.fish; function fish_prompt; echo READY; end"
    let fish = try sandbox.start(
      [],
      environment: [
        "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8",
      ],
      under: ["/usr/bin/script", "--quiet", "--flush", "--return", "/dev/null", "--command"],
      inShell: "stty cols 200; exec fish -N -i -C '\(setup)' #",
      input: typed.fileHandleForReading,
      output: FileHandle(forWritingTo: URL(fileURLWithPath: screen)))
    defer {
      fish.signal(SIGKILL)
      fish.wait()
    }
    func words() throws -> Set<String> {
      let text = try sandbox.read("screen").replacing(/\u{1B}\[[0-9;?]*[a-zA-Z]/, with: "")
      return Set(
        text.split { !$0.isLetter && !$0.isNumber && !"-_,.".contains($0) }.map(String.init))
    }
    try await eventually("a prompt of fish") { try words().contains("READY") }
    try typed.fileHandleForWriting.write(contentsOf: Data((line + "\t").utf8))
    try await eventually("\(expected) for `\(line)`: \(try words())") {
      try words().isSuperset(of: expected)
    }
    return try words()
  }

  private static let lines: [(line: String, has: [String], lacks: [String])] = [
    ("vaultctl pl", ["plan"], ["apply"]),
    ("vaultctl recipients ", ["list", "add", "remove"], ["plan"]),
    ("vaultctl get bil", ["billing-api", "billing-web"], ["twilio-prod"]),
    ("vaultctl set twilio-prod a", ["account_id", "api_key"], ["token"]),
    ("vaultctl apply --target twi", ["twilio-prod"], ["billing-api"]),
    ("vaultctl plan --env s", ["staging"], ["prod"]),
    ("vaultctl rename-environment ", ["prod", "staging"], ["all"]),
    ("vaultctl new x --app tw", ["twilio"], ["slack"]),
    ("vaultctl new x --app slack --type w", ["webhook"], ["bearer"]),
    ("vaultctl plan --output j", ["json", "junit"], ["sarif"]),
    ("vaultctl plan --fail-on empty,dri", ["empty,drift"], ["drift"]),
    ("vaultctl explain VC20", ["VC2003"], ["VC1001"]),
    ("vaultctl plan --det", ["--detailed-exitcode"], ["--offline"]),
  ]

  @Test(arguments: Shell.allCases)
  func wordsAreCompleted(in shell: Shell) async throws {
    for (line, has, lacks) in Self.lines {
      let words = try await offered(line, shell, expecting: has)
      #expect(words.isSuperset(of: has), "\(shell), `\(line)`: \(words.sorted())")
      #expect(words.isDisjoint(with: lacks), "\(shell), `\(line)`: \(words.sorted())")
    }
  }

  /// bash expands the words that it is given: a name in a cloned repository must not be a command.
  @Test(arguments: Shell.allCases)
  func aNameIsNoCommand(in shell: Shell) async throws {
    for (number, name) in ["$(touch pwned)", "`touch pwned`", "a;touch pwned", "b\\ntouch"]
      .enumerated()
    {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: '\(name)'}\nspec: {app: slack}\n",
        to: "connections/hostile-\(number).yaml")
    }
    let words = try await offered("vaultctl get ", shell, expecting: ["twilio-prod"])
    #expect(words.contains("twilio-prod"))
    #expect(!words.contains { $0.contains("touch") }, "\(words)")
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/pwned"))
  }

  /// A journal of a killed command stays for a command that a person runs.
  @Test func completionWritesNothing() async throws {
    try sandbox.write("{}", to: ".vaultctl/changes")
    let before = try Sandbox.contents(of: sandbox.folder.path)
    _ = try await offered("vaultctl get ", .bash)
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
    let outside = try sandbox.vaultctl(
      [
        "---completion", "get", "--", "positional@0", "2", "0", "vaultctl", "get", "", "-C",
        "/nonexistent",
      ])
    #expect(outside.text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty)
  }
}
