import Foundation
import Processes
import TestSupport
import Testing

/// A recipient is removed, and the apply that makes the new key is killed: who is one of the applied
/// recipients opens the store at every moment, and afterwards nobody else.
@Suite(.serialized) struct StoreKeyCrashTests {
  /// Every so many of the many calls a kill; with 1 one sees each.
  private static let step =
    Int(ProcessInfo.processInfo.environment["VAULTCTL_CRASH_STEP"] ?? "") ?? 23

  private let sandbox: Sandbox
  private let bob: GPGHome
  private let origin: TemporaryFolder

  /// A store that Ann and Bob open, and a project that declares Bob alone.
  private init(store: String) throws {
    sandbox = try Sandbox()
    bob = try GPGHome()
    origin = try TemporaryFolder()
    let bobsKey = try bob.makeKey("Bob <bob@example.com>")
    try bob.gpg(["--import"], input: sandbox.home.gpg(["--export", sandbox.key]).output)
    try sandbox.home.gpg(["--import"], input: bob.gpg(["--export", bobsKey]).output)
    try sandbox.writeProject(keys: [sandbox.key, bobsKey], extra: store)
    for number in 0..<3 {
      try sandbox.write(
        httpManifest("c-\(number)", token: "v4lue"), to: "connections/c-\(number).yaml")
    }
    try fine(["encrypt"])
    try fine(["apply", "--auto-approve"])
    // Kept versions are sealed under the key too.
    try fine(["set", "c-0", "token"], input: "0lder")
    try fine(["apply", "--auto-approve"])
    try sandbox.writeProject(keys: [bobsKey], extra: store)
    try fine(["rekey"])
  }

  init() throws { try self.init(store: "") }

  private func fine(_ arguments: [String], input: String = "", asBob: Bool = false) throws {
    let finished = try sandbox.vaultctl(
      arguments, input: input, home: asBob ? bob.path : nil, isRecorded: false)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
  }

  private func opens(_ name: String, asBob: Bool) throws -> Bool {
    let variable = name.uppercased().replacing("-", with: "_") + "_TOKEN"
    return try sandbox.vaultctl(
      ["exec", name, "--", "printenv", variable], home: asBob ? bob.path : nil,
      isRecorded: false
    ).status == 0
  }

  @Test(arguments: ["pwrite64", "fdatasync", "ftruncate", "unlink"])
  func aRotationKilledAtAnyWriteIsCompletedByTheNextApply(call: String) throws {
    let store = sandbox.folder.path + "/.vaultctl"
    let backup = try TemporaryFolder()
    #expect(try run("/bin/cp", ["-a", store, backup.path + "/it"]).status == 0)
    var kills = 0
    for number in stride(from: 1, through: .max, by: call == "pwrite64" ? Self.step : 1) {
      try FileManager.default.removeItem(atPath: store)
      #expect(try run("/bin/cp", ["-a", backup.path + "/it", store]).status == 0)
      let process = try sandbox.start(
        ["apply", "--auto-approve"], environment: ["GNUPGHOME": bob.path],
        under: Sandbox.killing(at: call, number))
      if process.wait() == 0 { break }
      kills += 1
      let point = "killed at \(call) \(number)"
      for name in ["c-0", "c-2"] {
        #expect(try opens(name, asBob: true), "\(point): Bob is a recipient before and after")
      }
      try fine(["apply", "--auto-approve"], asBob: true)
      try fine(["plan", "--detailed-exitcode"], asBob: true)
      #expect(try opens("c-1", asBob: true) && !opens("c-1", asBob: false), "\(point)")
      try fine(["rollback", "c-0", "--to", "1", "--auto-approve"], asBob: true)
    }
    #expect(kills > 0, "nothing was killed")
  }
}
