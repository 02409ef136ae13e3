import Foundation
import GitPlumbing
import Testing

@Suite struct ObjectTests {
  private let repository: TestRepository
  private var git: Git { repository.git }

  init() throws { repository = try TestRepository() }

  /// Contents that could be taken for the lines between objects.
  private static let contents: [[UInt8]] = [
    Array("a\n".utf8), [], Array("no line break".utf8), [0, 10, 0, 255, 10],
    Array("\(String(repeating: "0", count: 40)) blob 3\nabc\n".utf8),
    Array(repeating: 65, count: 200_000),
  ]

  @Test func objectsComeInTheOrderAskedFor() throws {
    let ids = try Self.contents.map { try repository.blob($0) }
    #expect(try git.objects(ids) == Self.contents)
    #expect(try git.objects(ids.reversed()) == Self.contents.reversed())
    #expect(try git.objects([]) == [])
  }

  @Test func aMissingObjectIsNilAndTheOthersAreRead() throws {
    let id = try repository.blob([1, 2])
    let missing = String(repeating: "1", count: 40)
    #expect(try git.objects([missing, id, missing]) == [nil, [1, 2], nil])
  }

  @Test func manyObjectsFillNoPipe() throws {
    let id = try repository.blob(Array(repeating: 66, count: 10_000))
    let found = try git.objects(Array(repeating: id, count: 3000))
    #expect(found.count == 3000)
    #expect(found.allSatisfy { $0?.count == 10_000 })
  }

  @Test func commitsAreFoundByWhatNamesThem() throws {
    let first = try repository.commit()
    let second = try repository.commit()
    _ = try git.output(["tag", "v1", first])
    #expect(try git.commits(["v1", "main", second, "HEAD~1"]) == [first, second, second, first])
  }

  @Test(arguments: ["nowhere", "HEAD:file", "main\nmain", "", "-q"])
  func whatNamesNoCommitIsNil(revision: String) throws {
    try repository.write("x", to: "file")
    let id = try repository.commit()
    #expect(try git.commits([id, revision]) == nil)
  }
}
