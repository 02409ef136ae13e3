import Foundation
import TestSupport
import Testing

/// To whom a value is addressed is a claim of its key packets. For each shape of keys and packets: what
/// the commands say without a keyring, with public keys and with a key, and who opens the value for
/// real, before and after `rekey`.
@Suite struct KeyShapeTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let name: String
    /// The codes that `validate` reports without a keyring, with public keys alone, and with Ann's key.
    let expected: (alone: [String], publicKeys: [String], own: [String])
    /// Whether Ann and Bob open it before `rekey`. After it, each recipient does and nobody else.
    let opens: (ann: Bool, bob: Bool)
    let bobIsRecipient: Bool
    let rekeys: Bool
    /// The message, from a keyring with Ann's secret key and Bob's public one.
    let message: @Sendable (Keys) throws -> String

    init(
      _ name: String, alone: [String] = [], publicKeys: [String] = [], own: [String]? = nil,
      ann: Bool = true, bob: Bool = true, bobIsRecipient: Bool = false, rekeys: Bool = true,
      message: @escaping @Sendable (Keys) throws -> String
    ) {
      self.name = name
      expected = (alone, publicKeys, own ?? publicKeys)
      opens = (ann, bob)
      self.bobIsRecipient = bobIsRecipient
      self.rekeys = rekeys
      self.message = message
    }

    var testDescription: String { name }
  }

  /// Ann's keyring, which has Bob's public key, and Bob's own.
  struct Keys {
    let sandbox: Sandbox
    let bobsHome: GPGHome
    let bob: String

    var home: GPGHome { sandbox.home }
    var ann: String { sandbox.key }

    init(bobsType: (String, String) = ("ed25519", "cv25519")) throws {
      sandbox = try Sandbox()
      bobsHome = try GPGHome()
      bob = try bobsHome.makeKey("Bob", types: bobsType)
      try bobsHome.copyKey(bob, to: sandbox.home)
    }

    static let binding = "vaultctl:v1:sandbox:-:crm:token"

    func message(_ arguments: [String]) throws -> String {
      try home.gpg(
        [
          "--armor", "--trust-model", "always", "-z", "0", "--set-filename", Self.binding,
        ] + arguments + ["--encrypt"], input: Data("value".utf8)
      ).text
    }

    func relabelled(_ armored: String, from old: String, to new: String) throws -> String {
      let packets = try home.gpg(["--dearmor"], input: Data(armored.utf8)).output
      return try home.armored(TestSupport.relabelled(packets, from: old, to: new))
    }

    /// The ids of a key's subkeys for encryption, in the keyring's order.
    func encryptionIDs(_ key: String) throws -> [String] {
      let listing = try home.gpg(["--with-colons", "--list-keys", key]).text
      var ids: [String] = []
      for line in listing.split(separator: "\n") {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        if fields[0] == "sub", fields[11].contains("e") { ids.append(String(fields[4])) }
      }
      return ids
    }
  }

  static let shapes = [
    Shape("two recipients, elliptic curves", bobIsRecipient: true, rekeys: false) {
      try $0.message(["-r", $0.ann, "-r", $0.bob])
    },
    Shape(
      "a removed recipient", alone: ["VC2030"], publicKeys: ["VC2019"]
    ) { try $0.message(["-r", $0.ann, "-r", $0.bob]) },
    Shape("a missing recipient", publicKeys: ["VC2019"], bob: false, bobIsRecipient: true) {
      try $0.message(["-r", $0.ann])
    },
    Shape(
      "hidden recipients", alone: ["VC2031"], publicKeys: ["VC2019", "VC2031"], bobIsRecipient: true
    ) { try $0.message(["-R", $0.bob, "-R", $0.ann]) },
    Shape(
      "hidden, and somebody else's", alone: ["VC2031"], publicKeys: ["VC2019", "VC2031"],
      ann: false,
      rekeys: false
    ) { try $0.message(["-R", $0.bob]) },
    Shape(
      "hidden recipients, and moved", alone: ["VC2031"], publicKeys: ["VC2019", "VC2031"],
      own: ["VC2015", "VC2019", "VC2031"], bob: false, rekeys: false
    ) { try $0.message(["-R", $0.ann, "--set-filename", "vaultctl:v1:sandbox:-:other:token"]) },
    Shape(
      "a passphrase as well", alone: ["VC2029"], publicKeys: ["VC2029"], bob: false
    ) {
      try $0.message([
        "--pinentry-mode", "loopback", "--passphrase", "known to Bob", "-r", $0.ann, "--symmetric",
      ])
    },
    Shape(
      "Bob's packet under Ann's id, beside hers", alone: ["VC2028"], publicKeys: ["VC2028"],
      bob: false
    ) { keys in
      try keys.relabelled(
        keys.message(["-r", keys.ann, "-r", keys.bob]), from: keys.encryptionIDs(keys.bob)[0],
        to: keys.encryptionIDs(keys.ann)[0])
    },
    Shape(
      "Bob's packet under Ann's id, instead of hers", own: ["VC2027"], ann: false, bob: false,
      rekeys: false
    ) { keys in
      try keys.relabelled(
        keys.message(["-r", keys.bob]), from: keys.encryptionIDs(keys.bob)[0],
        to: keys.encryptionIDs(keys.ann)[0])
    },
    Shape(
      "Bob's packet under the id of Ann's other subkey", alone: ["VC2030"], publicKeys: ["VC2030"],
      own: ["VC2027", "VC2030"], bob: false
    ) { keys in
      try keys.home.addSubkey(to: keys.ann)
      let ids = try keys.encryptionIDs(keys.ann)
      return try keys.relabelled(
        keys.message(["-r", "\(ids[0])!", "-r", keys.bob]),
        from: keys.encryptionIDs(keys.bob)[0], to: ids[1])
    },
    Shape("several valid subkeys", bob: false, rekeys: false) { keys in
      try keys.home.addSubkey(to: keys.ann)
      return try keys.message(["-r", "\(keys.encryptionIDs(keys.ann)[0])!"])
    },
    Shape("a revoked subkey and a new one", publicKeys: ["VC2019"], bob: false) { keys in
      let message = try keys.message(["-r", keys.ann])
      try keys.home.addSubkey(to: keys.ann)
      try keys.home.revokeSubkey(1, of: keys.ann)
      return message
    },
    Shape("an expired subkey and a new one", publicKeys: ["VC2019"], bob: false) { keys in
      let message = try keys.message(["-r", keys.ann])
      try keys.home.addSubkey(to: keys.ann)
      try keys.home.expireSubkey(1, of: keys.ann)
      return message
    },
    Shape("addressed to nobody here", publicKeys: ["VC2019"], ann: false, rekeys: false) {
      try $0.message(["-r", $0.bob])
    },
  ]

  @Test(arguments: shapes)
  func saysWhatIsClaimedAndWhatIsSo(shape: Shape) throws {
    try check(shape, try Keys())
  }

  @Test func theSameHoldsForRSA() throws {
    let shape = Shape(
      "RSA", alone: ["VC2030"], publicKeys: ["VC2019"]
    ) { try $0.message(["-r", $0.ann, "-r", $0.bob]) }
    try check(shape, try Keys(bobsType: ("rsa2048", "rsa2048")))
    let relabelled = Shape(
      "RSA, under another id", alone: [], publicKeys: [], own: ["VC2027"], ann: false, bob: false,
      rekeys: false
    ) { keys in
      try keys.relabelled(
        keys.message(["-r", keys.bob]), from: keys.encryptionIDs(keys.bob)[0],
        to: keys.encryptionIDs(keys.ann)[0])
    }
    try check(relabelled, try Keys(bobsType: ("rsa2048", "rsa2048")))
  }

  private func check(_ shape: Shape, _ keys: Keys) throws {
    let sandbox = keys.sandbox
    let recipients = [keys.ann] + (shape.bobIsRecipient ? [keys.bob] : [])
    try sandbox.writeProject(keys: recipients)
    try sandbox.git(["init", "-q"])
    try sandbox.git(["add", "."])
    try sandbox.git(["commit", "-q", "-m", "a project"])
    let armored = try shape.message(keys)
    try sandbox.write(sealedManifest("crm", token: armored), to: "connections/crm.yaml")
    let publicHome = try GPGHome()
    for key in [keys.ann, keys.bob] { try keys.home.copyKey(key, to: publicHome) }

    func codes(_ arguments: [String], _ home: GPGHome? = nil) throws -> [String] {
      let finished = try sandbox.vaultctl(arguments, home: home?.path)
      let found = (finished.text + finished.errorText).matches(of: /(?:error|warning)\[(VC2\d+)\]/)
      // That a key is in no keyring is not what this is about.
      return Set(found.map { String($0.1) }).subtracting(["VC2001"]).sorted()
    }
    #expect(try codes(["validate"], try GPGHome()) == shape.expected.alone)
    #expect(try codes(["plan"], try GPGHome()) == shape.expected.alone)
    #expect(try codes(["diff"], try GPGHome()) == shape.expected.alone)
    #expect(try codes(["validate"], publicHome) == shape.expected.publicKeys)
    #expect(try codes(["validate"]) == shape.expected.own)
    // A diff opens nothing that has nothing to be compared with; it tries packets of several own keys.
    let tried = shape.rekeys && shape.expected.own.contains("VC2027") ? ["VC2027"] : []
    #expect(try codes(["diff"]) == (tried + shape.expected.alone).sorted())

    func opens(_ home: GPGHome) throws -> Bool {
      let armored = try #require(
        armoredMessages(in: try sandbox.read("connections/crm.yaml")).first)
      // gpg exits with an error if it tried a packet in vain first.
      return try run(
        "/usr/bin/gpg", ["--homedir", home.path, "--batch", "--decrypt"],
        input: Data(armored.utf8)
      ).text == "value"
    }
    #expect(try opens(keys.home) == shape.opens.ann)
    #expect(try opens(keys.bobsHome) == shape.opens.bob)

    let before = try sandbox.read("connections/crm.yaml")
    let rekeyed = try sandbox.vaultctl(["rekey"])
    #expect((try sandbox.read("connections/crm.yaml") != before) == shape.rekeys)
    guard shape.rekeys || shape.expected.own.isEmpty else {
      #expect(rekeyed.status == 1)
      return
    }
    #expect(rekeyed.status == 0, "\(rekeyed.errorText)")
    for home in [keys.home, publicHome, try GPGHome()] {
      #expect(try codes(["validate"], home) == [])
    }
    #expect(try opens(keys.home))
    #expect(try opens(keys.bobsHome) == shape.bobIsRecipient)
    #expect(
      try sandbox.vaultctl(["rekey"]).text == "All values are addressed to their recipients.\n")
  }

  /// Options in gpg's configuration that change to whom messages are addressed.
  @Test(arguments: ["throw-keyids", "hidden-recipient BOB", "recipient BOB", "group ANN=BOB"])
  func nothingIsWrittenIfGPGAddressesOthers(option: String) throws {
    let keys = try Keys()
    try keys.sandbox.writeProject()
    let armored = try keys.message(["-r", keys.ann, "-r", keys.bob])
    try keys.sandbox.write(sealedManifest("crm", token: armored), to: "connections/crm.yaml")
    let before = try Sandbox.contents(of: keys.sandbox.folder.path)
    let line = option.replacing("ANN", with: keys.ann).replacing("BOB", with: keys.bob)
    try Data("# mine\n\(line)\n".utf8)
      .write(to: URL(fileURLWithPath: keys.home.path + "/gpg.conf"))
    let rekeyed = try keys.sandbox.vaultctl(["rekey"])
    #expect(rekeyed.status == 1)
    let name = option.prefix { $0 != " " }
    #expect(rekeyed.errorText.contains("error[VC2032]"), "\(rekeyed.errorText)")
    #expect(
      rekeyed.errorText.contains("remove `\(name)`: line 2 of \(keys.home.path)/gpg.conf"),
      "\(rekeyed.errorText)")
    if !name.contains("keyid"), !name.hasPrefix("hidden") {
      let bob = "Bob (\(keys.bob.suffix(16)))"
      #expect(rekeyed.errorText.contains("not asked for: \(bob)"), "\(rekeyed.errorText)")
    }
    let set = try keys.sandbox.vaultctl(["set", "crm", "token"], input: "new")
    #expect(set.status == 1)
    #expect(try Sandbox.contents(of: keys.sandbox.folder.path) == before)
    try FileManager.default.removeItem(atPath: keys.home.path + "/gpg.conf")
    #expect(try keys.sandbox.vaultctl(["rekey"]).status == 0)
  }

  /// A key that is missing here is only a warning, so it must not keep a stranger's key out of sight.
  @Test func aMissingKeyHidesNoStrangerInOtherFiles() throws {
    let keys = try Keys()
    func writeProject(_ rules: [String]) throws {
      try keys.sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Project
        name: sandbox
        id: sandbox0sandbox0sand
        recipients:
          \(rules.joined(separator: "\n  "))

        """, to: "vaultctl.yaml")
    }
    for (name, file) in [("crm", "crm"), ("erp", "team/erp")] {
      try keys.sandbox.write(
        sealedManifest(name, token: try keys.message(["-r", keys.ann, "-r", keys.bob])),
        to: "connections/\(file).yaml")
    }
    let publicHome = try GPGHome()
    for key in [keys.ann, keys.bob] { try keys.home.copyKey(key, to: publicHome) }
    func validated() throws -> String {
      let finished = try keys.sandbox.vaultctl(["validate"], home: publicHome.path)
      #expect(finished.status == 0, "\(finished.errorText)")
      return finished.errorText
    }

    let missing = "\(keys.ann), \(String(repeating: "A", count: 40))"
    let team = "- {path: \"connections/team/**\", keys: [\(missing)]}"
    try writeProject([team, "- keys: [\(keys.ann)]"])
    let text = try validated()
    #expect(text.contains("warning[VC2001]"), "\(text)")
    #expect(text.contains("`token` of `crm` is not addressed to its recipients"), "\(text)")
    #expect(!text.contains("`token` of `erp` is not"), "\(text)")
    #expect(text.contains("the values in 1 file were not compared"), "\(text)")
    #expect(text.contains("connections/team/erp.yaml"), "\(text)")

    try writeProject(["- keys: [\(missing)]"])
    let nothing = try validated()
    #expect(nothing.contains("the values in 2 files were not compared"), "\(nothing)")
    #expect(!nothing.contains("VC2019"), "\(nothing)")

    try writeProject(["- keys: [\(keys.ann)]"])
    let all = try validated()
    #expect(!all.contains("not compared") && all.contains("`token` of `erp` is not"), "\(all)")
  }

  /// Without gpg no key is ours, as on a machine that only plans, and no label can be checked.
  @Test func aDiffNeedsNoGPG() throws {
    let keys = try Keys()
    try keys.sandbox.git(["init", "-q"])
    try keys.sandbox.git(["add", "."])
    try keys.sandbox.git(["commit", "-q", "-m", "a project"])
    let armored = try keys.message(["-r", keys.ann, "-r", keys.bob])
    try keys.sandbox.write(sealedManifest("crm", token: armored), to: "connections/crm.yaml")
    let programs = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: programs.path + "/git", withDestinationPath: "/usr/bin/git")
    let empty = try GPGHome()
    for home in [keys.sandbox.home.path, empty.path] {
      let shown = try keys.sandbox.vaultctl(
        ["diff"], home: home, environment: ["PATH": programs.path])
      #expect(!shown.errorText.contains("error["), "\(shown.errorText)")
      #expect(shown.text.contains("crm"), "\(shown.text)")
    }
  }

  @Test func aRecipientThatExpiresSoonIsAFinding() throws {
    let sandbox = try Sandbox()
    let soon = try sandbox.home.makeKey("Soon", expires: "20d")
    let later = try sandbox.home.makeKey("Later", expires: "60d")
    try sandbox.writeProject(keys: [sandbox.key, soon, later])
    try sandbox.write(httpManifest("crm", token: "value"), to: "connections/crm.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 0)
    #expect(
      validated.errorText.contains(
        "warning[VC2033]: recipient Soon (\(soon.suffix(16))) expires soon"))
    #expect(!validated.errorText.contains("recipient Later"))
  }

  /// Each key packet with our id can cost an operation with a private key.
  @Test(arguments: [(99, "VC2028"), (500, "VC2004")])
  func manyKeyPacketsCostNothing(count: Int, code: String) throws {
    let keys = try Keys()
    try keys.sandbox.writeProject()
    let packets = Array(
      try keys.home.gpg(["--dearmor"], input: Data(try keys.message(["-r", keys.ann]).utf8)).output)
    let length = 2 + Int(packets[1])
    var many: [UInt8] = []
    for _ in 0..<count { many += packets[..<length] }
    let armored = try keys.home.armored(Data(many + packets))
    try keys.sandbox.write(sealedManifest("crm", token: armored), to: "connections/crm.yaml")
    try keys.home.logAgent()
    for command in ["validate", "plan", "diff"] {
      let finished = try keys.sandbox.vaultctl([command])
      #expect(command == "diff" || finished.errorText.contains(code), "\(finished.errorText)")
    }
    #expect(try keys.home.keyOperations() == 0)
  }

  @Test func allIsSealedAgainOnRequest() throws {
    let keys = try Keys()
    try keys.sandbox.writeProject()
    try keys.sandbox.write(
      sealedManifest("crm", token: try keys.message(["-r", keys.ann])), to: "connections/crm.yaml")
    #expect(
      try keys.sandbox.vaultctl(["rekey"]).text == "All values are addressed to their recipients.\n"
    )
    #expect(
      try keys.sandbox.vaultctl(["rekey", "--all"]).text
        == "connections/crm.yaml: sealed `token` of `crm` again\n")
  }

  @Test func diffSaysWhatIsClaimedAndWhatIsOdd() throws {
    let keys = try Keys()
    let sandbox = keys.sandbox
    try sandbox.writeProject(keys: [keys.ann, keys.bob])
    func declare(_ armored: String) throws {
      try sandbox.write(sealedManifest("crm", token: armored), to: "connections/crm.yaml")
    }
    let both = try keys.message(["-r", keys.ann, "-r", keys.bob])
    try declare(both)
    try sandbox.git(["init", "-q"])
    try sandbox.git(["add", "."])
    try sandbox.git(["commit", "-q", "-m", "one"])
    try sandbox.writeProject()
    sandbox.transcript.note("Bob is no recipient any more, and hides that he still opens it.")
    try declare(
      try keys.relabelled(
        both, from: keys.encryptionIDs(keys.bob)[0], to: keys.encryptionIDs(keys.ann)[0]))
    #expect(try sandbox.vaultctl(["diff"]).status == 1)
    sandbox.transcript.note("Sealed again, for one recipient and a hidden one.")
    try declare(try keys.message(["-r", keys.ann, "-R", keys.bob]))
    #expect(try sandbox.vaultctl(["diff"]).status == 0)
    #expect(try sandbox.vaultctl(["diff", "--fail-on", "recipients"]).status == 3)
    try sandbox.expectTranscript()
  }
}
