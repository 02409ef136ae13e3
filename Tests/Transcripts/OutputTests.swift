import Foundation
import Processes
import TestSupport
import Testing

/// What a command does where its result cannot be written.
@Suite struct OutputTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"], ["set", "a", "token"]] {
      let finished = try sandbox.vaultctl(arguments, input: "n3w")
      #expect(finished.status == 0, "\(finished.errorText)")
    }
    return sandbox
  }

  private static let commands = [
    ["decrypt", "a"], ["decrypt", "a", "token"], ["status"], ["status", "--format", "json"],
    ["plan"], ["plan", "--format", "json"], ["plan", "--format", "sarif"],
    ["plan", "--detailed-exitcode"], ["validate"], ["history", "a"], ["show", "a"], ["graph"],
    ["report", "--out", "page"], ["explain"], ["schema", "project"], ["completion", "bash"],
    ["list"], ["get", "a"], ["get", "a", "-o", "json"], ["who-can-open", "a"], ["log"],
    ["recipients", "list"], ["apps"], ["apps", "slack", "--output", "json"], ["version"],
    ["doctor"],
    ["textconv", "connections/a.yaml"],
    ["--help"], ["plan", "--help"], ["--version"],
  ]

  @Test func aFullDiskIsAnError() throws {
    let sandbox = try sandbox()
    for arguments in Self.commands {
      let (status, errors) = try run(arguments, sandbox, output: "/dev/full")
      let isEmpty = try sandbox.vaultctl(arguments).text.isEmpty
      #expect(status == (isEmpty ? 0 : 1), "\(arguments)")
      #expect(errors.contains("error[VC1217]") != isEmpty, "\(arguments): \(errors)")
      #expect(errors.contains("No space left on device") != isEmpty)
    }
    let (status, errors) = try run(["apply", "--auto-approve"], sandbox, output: "/dev/full")
    #expect(status == 4 && errors.contains("error[VC1217]"), "\(errors)")
    #expect(try sandbox.vaultctl(["plan"]).text.hasPrefix("No changes."), "it was applied")
    let again = try run(["apply", "--auto-approve"], sandbox, output: "/dev/full")
    #expect(again.status == 1, "nothing was applied")
    let rollback = ["rollback", "a", "--to", "1", "--auto-approve"]
    #expect(try run(rollback, sandbox, output: "/dev/full").status == 4)
  }

  /// A closed stream has a number that the next open file would get: what is shown would go there.
  @Test(arguments: [
    ["refresh"], ["status"], ["apply", "--auto-approve"], ["history", "a"], ["--version"],
  ])
  func aClosedStreamIsNobodyElses(arguments: [String]) throws {
    let sandbox = try sandbox()
    for (streams, isLost) in [(">&-", true), ("2>&-", false), (">&- 2>&-", true)] {
      let (status, errors) = try run(
        arguments, sandbox, output: "/dev/null",
        under: ["/bin/sh", "-c", #"exec "$0" "$@" \#(streams)"#])
      #expect(isLost ? [1, 4].contains(status) : status == 0, "\(streams): \(status) \(errors)")
      #expect(errors.contains("VC1217") == (streams == ">&-"), "\(streams): \(errors)")
    }
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
  }

  /// `set -o pipefail` and `head` are everybody's.
  @Test func aClosedPipeIsNone() throws {
    let sandbox = try sandbox()
    for arguments in Self.commands {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let errors = sandbox.folder.path + "/errors"
      try Data().write(to: URL(fileURLWithPath: errors))
      let process = try sandbox.start(
        arguments, output: pipe.fileHandleForWriting,
        errors: FileHandle(forWritingTo: URL(fileURLWithPath: errors)))
      let status = process.wait()
      let usual = try sandbox.vaultctl(arguments)
      #expect([usual.status, 128 + SIGPIPE].contains(status), "\(arguments): \(status)")
      let text = try sandbox.read("errors")
      #expect(text.isEmpty || text == usual.errorText, "\(arguments): \(text)")
    }
  }

  /// A pipe takes 64 KiB at once; a schema is longer.
  @Test func aSlowReaderGetsAllOfIt() throws {
    let sandbox = try sandbox()
    let whole = try sandbox.vaultctl(["schema", "connection"]).text
    #expect(whole.utf8.count > 65_536)
    let pipe = Pipe()
    let process = try sandbox.start(["schema", "connection"], output: pipe.fileHandleForWriting)
    try pipe.fileHandleForWriting.close()
    var read = Data()
    while true {
      let part = pipe.fileHandleForReading.readData(ofLength: 1000)
      if part.isEmpty { break }
      read += part
    }
    #expect(process.wait() == 0)
    #expect(String(decoding: read, as: UTF8.self) == whole)
  }

  private func run(
    _ arguments: [String], _ sandbox: Sandbox, output: String, under wrapper: [String] = []
  ) throws -> (status: Int32, errors: String) {
    let errors = sandbox.folder.path + "/errors"
    try Data().write(to: URL(fileURLWithPath: errors))
    let process = try sandbox.start(
      arguments, under: wrapper, output: FileHandle(forWritingTo: URL(fileURLWithPath: output)),
      errors: FileHandle(forWritingTo: URL(fileURLWithPath: errors)))
    return (process.wait(), try sandbox.read("errors"))
  }
}
