import Manifests
import Testing

@Suite struct ForeignMappingTests {
  private func mapping(_ connections: String) throws -> ConnectionMapping {
    try ConnectionMapping(
      ImportedData(json: Array(#"{"connections": [\#(connections)]}"#.utf8)), for: .json)
  }

  private func sources(_ texts: [String]) throws -> [(file: String, data: ImportedData)] {
    try texts.enumerated().map { ("f\($0)", try ImportedData(json: Array($1.utf8))) }
  }

  /// A path may be in any file, and in any document of it.
  @Test func anEntryIsMadeFromAllFiles() throws {
    let mapping = try mapping(
      #"{"name": "crm", "app": "http", "fields": {"username": "U", "password": "crm.P", "x": "X"}}"#
    )
    let (found, unread) = try mapping.connections(
      in: sources([#"{"U": "u"}"#, #"[{"A": "a"}, {"crm": {"P": "p"}}]"#]))
    #expect(found.map(\.fields) == [["username": "u", "password": "p"]])
    #expect(found.map(\.origin) == ["f1, f0"])
    #expect(unread.map(\.origin) == ["`X` for `x` of `crm`"])
    #expect(unread.map(\.reason) == ["the source has no text at this path"])
  }

  @Test(arguments: [[#"{"T": "a"}"#, #"{"T": "b"}"#], [#"[{"T": "a"}, {"T": "b"}]"#]])
  func severalValuesAtOnePathAreLeft(texts: [String]) throws {
    let entry = #"{"name": "crm", "app": "http", "fields": {"token": "T"}}"#
    let (found, unread) = try mapping(entry).connections(in: sources(texts))
    #expect(found.map(\.fields) == [[:]] && unread == [])
    #expect(found[0].left == ["`token`, for which the source has several values at `T`"])
    let same = try mapping(entry).connections(in: sources([texts[0], texts[0]]))
    #expect(texts.count == 1 || same.found.map(\.fields) == [["token": "a"]])
  }

  @Test(arguments: [
    (#""messages:write a""#, ["messages:write", "a"]), (#"["a"]"#, ["a"]), ("[]", []),
  ])
  func scopesAreAListOrOneText(scopes: String, expected: [String]) throws {
    let mapping = try mapping(
      #"{"name": "a", "app": "http", "scopes": \#(scopes), "fields": {"token": "T"}}"#)
    #expect(try mapping.connections(in: sources(["{}"])).found.map(\.scopes) == [expected])
  }

  @Test(arguments: [
    (#""fields": {"token": ["T"]}"#, ConnectionMapping.Fault.notText("token", number: 1)),
    (#""fields": {"token": null}"#, .notText("token", number: 1)),
    (#""fields": {}, "scopes": {"a": 1}"#, .notText("scopes", number: 1)),
    (#""fields": {}, "type": []"#, .notText("type", number: 1)),
    (#""fields": {}, "scope": "a""#, .unknownKey("scope", number: 1)),
    (#""field": {}"#, .incomplete(number: 1)),
  ])
  func whatCannotBeReadIsAnError(members: String, fault: ConnectionMapping.Fault) {
    #expect(throws: fault) { _ = try mapping(#"{"name": "a", "app": "http", \#(members)}"#) }
  }

  @Test(arguments: [
    [#"{"services": {"crm": {"token": "a"}}}"#, #"{"services": {"crm": {"token": "b"}}}"#],
    [#"[{"services": {"crm": {"token": "a"}}}, {"services": {"crm": {"token": "b"}}}]"#],
    [#"{"services": {"crm": {"token": "a", "key": "b"}}}"#],
  ])
  func severalValuesForAWildcardAreLeft(texts: [String]) throws {
    let mappings = ["services.*.token=http.token", "services.*.key=http.token"].compactMap {
      WildcardMapping($0, for: .json)
    }
    let (found, _) = try WildcardMapping.connections(mappings, in: sources(texts))
    #expect(found.map(\.name) == ["crm"] && found[0].fields.isEmpty)
    #expect(found[0].left == ["`token`, for which the source has several values"])
  }

  /// They are other bytes, whatever Swift's own comparison says.
  @Test func valuesInTwoNormalFormsAreSeveral() throws {
    let texts = [#"{"s": {"crm": {"T": "e\u0301"}}}"#, #"{"s": {"crm": {"T": "\u00e9"}}}"#]
    let entry = #"{"name": "crm", "app": "http", "fields": {"token": "s.crm.T"}}"#
    let entries = try mapping(entry).connections(in: sources(texts)).found
    #expect(entries.map(\.fields) == [[:]])
    #expect(
      entries.map(\.left) == [["`token`, for which the source has several values at `s.crm.T`"]])
    let wildcard = try #require(WildcardMapping("s.*.T=http.token", for: .json))
    let matches = try WildcardMapping.connections([wildcard], in: sources(texts)).found
    #expect(matches.map(\.fields) == [[:]])
    #expect(matches.map(\.left) == [["`token`, for which the source has several values"]])
  }

  @Test func namesInTwoNormalFormsAreTwo() throws {
    let wildcard = try #require(WildcardMapping("*.T=http.token", for: .json))
    let (found, unread) = try WildcardMapping.connections(
      [wildcard], in: sources([#"{"e\u0301": {"T": "a"}}"#, #"{"\u00e9": {"T": "b"}}"#]))
    #expect(found.map(\.fields) == [["token": "a"], ["token": "b"]] && unread.isEmpty)
    #expect(found.map { $0.name.unicodeScalars.count } == [2, 1])
  }

  /// Fields of one connection in several files belong together.
  @Test func aWildcardLooksIntoAllFiles() throws {
    let mappings = ["*.user=http.username", "*.pass=http.password"].compactMap {
      WildcardMapping($0, for: .json)
    }
    let (found, unread) = try WildcardMapping.connections(
      mappings,
      in: sources([#"{"b": {"user": "u"}, "a": {"user": "v"}}"#, #"{"b": {"pass": "p"}}"#]))
    #expect(found.map(\.name) == ["b", "a"] && unread.map(\.origin) == ["`a.pass`"])
    #expect(found[0].fields == ["username": "u", "password": "p"])
    #expect(found[0].origin == "f0, f1")
  }

  /// What the paths find, and what they do not.
  struct WildcardCase: Sendable, CustomTestStringConvertible {
    let json: String
    let paths: [String]
    let found: [String]
    let unread: [String]
    var testDescription: String { "\(paths) \(json)" }

    init(_ json: String, _ paths: [String], _ found: [String], unread: [String] = []) {
      (self.json, self.paths, self.found, self.unread) = (json, paths, found, unread)
    }
  }

  private static let noValue = "the source has no value at this path"
  private static let noText = "its value is not a text"

  @Test(arguments: [
    WildcardCase(
      #"{"s": {"crm": {"u": "1", "p": "2"}, "erp": {"u": "3", "p": {"v": "4"}}}}"#,
      ["s.*.u=http.username", "s.*.p=http.password"], ["crm", "erp"],
      unread: ["`s.erp.p`: \(noText)"]),
    WildcardCase(
      #"{"s": {"crm": {"u": "1", "p": "2"}, "erp": {"u": "3"}, "old": {"x": "4"}, "none": {}, "no": null}}"#,
      ["s.*.u=http.username", "s.*.p=http.password"], ["crm", "erp"],
      unread: ["`s.old.u`: \(noValue)", "`s.erp.p`: \(noValue)", "`s.old.p`: \(noValue)"]),
    // Each is for another app, and has what that needs.
    WildcardCase(
      #"{"s": {"crm": {"t": "1"}, "pay": {"k": "2"}}}"#,
      ["s.*.t=http.token", "s.*.k=stripe.private_key"], ["crm", "pay"]),
    WildcardCase(
      #"{"s": {"crm": {"t": "1"}, "pay": {"k": ["2"]}}}"#,
      ["s.*.t=http.token", "s.*.k=stripe.private_key"], ["crm"],
      unread: ["`s.pay.t`: \(noValue)", "`s.pay.k`: \(noText)"]),
    WildcardCase(
      #"{"s": {"crm": {"t": "1"}}}"#, ["s.*.t=http.token", "s.*.k=stripe.private_key"], ["crm"],
      unread: ["`s.*.k`: \(noValue)"]),
    WildcardCase(
      #"{"s": [{"t": "1"}]}"#, ["s.*.t=http.token"], [],
      unread: ["`s.*.t`: the source has a list at its `*`, which stands for a key"]),
    // Keys with dots and indices are before a `*` as elsewhere.
    WildcardCase(
      #"{"a.b": [{"x": 0}, {"crm": {"t": "1"}}]}"#, ["a.b.1.*.t=http.token"], ["crm"]),
    WildcardCase(#"{"a": {"crm": "1"}}"#, ["b.*=http.token"], [], unread: ["`b.*`: \(noValue)"]),
  ])
  func aWildcardNamesWhatItDoesNotFind(it: WildcardCase) throws {
    let mappings = it.paths.compactMap { WildcardMapping($0, for: .json) }
    let (found, unread) = try WildcardMapping.connections(mappings, in: sources([it.json]))
    #expect(found.map(\.name) == it.found)
    #expect(unread.map { "\($0.origin): \($0.reason)" } == it.unread)
  }

  @Test(arguments: [
    ("a.b.c", "1"), ("a.d.0", "2"), ("a.d.1.e", "3"), ("x.y.z", "4"), ("x.y", nil), ("a.d.2", nil),
    ("a.d.-1", nil), ("a.b.c.d", nil), ("", nil),
  ])
  func aPathHasKeysAndIndices(path: String, expected: String?) throws {
    let mapping = try mapping(#"{"name": "a", "app": "http", "fields": {"f": "\#(path)"}}"#)
    let json = #"{"a": {"b.c": "1", "b": {"c": "0"}, "d": ["2", {"e": "3"}]}, "x": {"y.z": "4"}}"#
    #expect(try mapping.connections(in: sources([json])).found[0].fields["f"] == expected)
  }

  /// Many paths below one key.
  @Test func takesLinearTime() throws {
    let keys = (0..<20_000).map { "k\($0)" }
    let mapping = try mapping(
      #"{"name": "a", "app": "http", "fields": {"#
        + keys.map { #""\#($0)": "all.\#($0)""# }.joined(separator: ", ") + "}}")
    let json = #"{"all": {"# + keys.map { #""\#($0)": "v""# }.joined(separator: ", ") + "}}"
    let sources = try sources([json])
    let time = ContinuousClock().measure {
      #expect(mapping.connections(in: sources).found[0].fields.count == keys.count)
    }
    #expect(time < .seconds(60))
  }
}
