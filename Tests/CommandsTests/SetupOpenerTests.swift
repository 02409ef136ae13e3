import Commands
import Model
import Secrets
import Stores
import Synchronization
import Testing

@Suite struct SetupOpenerTests {
  /// A reader that fails for some of the connections, as a whole if they are among others.
  private final class PartialReader: SecretReader, Sendable {
    private let faults: [ConnectionName: StoreError]
    /// Before those that succeed.
    private let pause: Duration
    private let counter = Mutex(0)

    init(_ faults: [ConnectionName: StoreError], pause: Duration = .zero) {
      self.faults = faults
      self.pause = pause
    }

    var calls: Int { counter.withLock { $0 } }

    func secrets(
      of names: Set<ConnectionName>
    ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
      counter.withLock { $0 += 1 }
      for name in names.sorted() {
        if let fault = faults[name] { throw fault }
      }
      try? await Task.sleep(for: pause)
      return names.reduce(into: [:]) { found, name in
        found[FieldAddress(name, "client_secret")] = SecretBytes(copying: "s3cret".utf8)
      }
    }
  }

  private func names(_ count: Int) throws -> Set<ConnectionName> {
    Set(try (0..<count).map { try Sample.name("c-\($0)") })
  }

  @Test(
    arguments: [
      .permissionDenied(["read on `c-7`"]), .corrupt("damaged"), .refused("no"),
    ] as [StoreError])
  func whatCannotBeOpenedKeepsNoneOfTheOthers(fault: StoreError) async throws {
    let (denied, other) = (try Sample.name("c-7"), try Sample.name("c-30"))
    let reader = PartialReader([denied: fault, other: fault])
    let opened = try await SetupOpener(reader).opened(names(100))
    #expect(opened.failures == [denied: fault, other: fault])
    #expect(opened.secrets.count == 98)
    #expect(reader.calls == 101)
  }

  @Test func whatCanBeOpenedIsOpenedInOneBatch() async throws {
    let reader = PartialReader([:])
    let opened = try await SetupOpener(reader).opened(names(100))
    #expect(opened.failures.isEmpty && opened.secrets.count == 100 && reader.calls == 1)
  }

  /// Each would wait for it as long.
  @Test(arguments: [.unavailable("away"), .keyUnavailable("no key")] as [StoreError])
  func aStoreThatIsAwayIsAskedOnce(fault: StoreError) async throws {
    let reader = PartialReader([try Sample.name("c-7"): fault])
    let names = try names(100)
    await #expect(throws: fault) { _ = try await SetupOpener(reader).opened(names) }
    #expect(reader.calls == 1)
  }

  /// It goes away while each is opened by itself.
  @Test func aStoreThatGoesAwayIsAskedForNoMore() async throws {
    let reader = PartialReader(
      [try Sample.name("c-0"): .refused("no"), try Sample.name("c-1"): .unavailable("away")],
      pause: .milliseconds(100))
    let names = try names(100)
    await #expect(throws: StoreError.unavailable("away")) {
      _ = try await SetupOpener(reader).opened(names)
    }
    #expect(reader.calls < 100)
  }
}
