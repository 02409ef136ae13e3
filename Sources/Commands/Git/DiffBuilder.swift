import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Reports
import Secrets

/// Builds a diff, with what the keyring knows about the messages and their recipients.
struct DiffBuilder {
  let sides: DiffSides
  let openPGP: PGPEngine

  struct Output {
    let report: DiffReport
    /// New messages whose binding or signature does not verify.
    let faults: [Diagnostic]
  }

  /// 1. Both states are compared without opening anything.
  /// 2. If a key is available, pairs of messages are opened and compared.
  /// 3. The owners of keys are looked up in the keyring.
  /// 4. What is odd about the key packets of new messages is added.
  func result() async throws -> Output {
    let builder = ProjectDiffBuilder(
      from: sides.old?.declared(as: sides.new) ?? DeclaredProject(), to: sides.new.declared)
    let (comparisons, faults) = try await comparisons(builder.undecidedPairs())
    let diff = builder.diff(comparisons: comparisons)
    let names = try await names(in: diff)
    let fields = newFields
    let addressing = try await named(addressingFindings(fields))
    return Output(
      report: DiffReport(
        diff: diff,
        findings: newOverrides + diff.findings(keyOwners: names) + addressing,
        names: names),
      faults: faults + (try await mislabelled(fields)))
  }

  /// The built-in apps that are defined again, or differently from before.
  private var newOverrides: [Finding] {
    let before = Set((sides.old?.overrides ?? []).map { "\($0.message) \($0.notes)" })
    return sides.new.overrides.filter { !before.contains("\($0.message) \($0.notes)") }
      .map { Finding(.appOverride, nil, $0) }
  }

  private func comparisons(
    _ pairs: [UndecidedPair]
  ) async throws -> ([MessagePair: SecretComparison], [Diagnostic]) {
    guard let before = sides.old, !pairs.isEmpty else { return ([:], []) }
    func keyring(_ contents: ProjectContents) -> Keyring {
      Keyring(openPGP: openPGP, project: contents.project)
    }
    let own = try await keyring(sides.new).openingKeys()
    func isOurs(_ message: SealedMessage?) -> Bool { message.map(own.mayOpen) ?? false }
    let open = pairs.filter {
      isOurs($0.old.setup?.sealed[$0.field]) && isOurs($0.new.setup?.sealed[$0.field])
    }
    let old = await FieldSealer(keyring: keyring(before)).open(
      open.compactMap { $0.old.sealedField($0.field) })
    let new = await FieldSealer(keyring: keyring(sides.new)).open(
      open.compactMap { $0.new.sealedField($0.field) })
    var comparisons: [MessagePair: SecretComparison] = [:]
    var faults: [Diagnostic] = []
    for (pair, (old, new)) in zip(open, zip(old, new)) {
      if case .failure(let fault) = new, fault.code.isIntegrityFailure { faults.append(fault) }
      guard case .success(let old) = old, case .success(let new) = new else { continue }
      comparisons[pair.pair] = old.constantTimeEquals(new) ? .same : .different
    }
    return (comparisons, faults)
  }

  /// The sealed values whose messages the older side does not have.
  private var newFields: [LocatedSealedField] {
    func fields(_ contents: ProjectContents) -> [LocatedSealedField] {
      contents.manifests.flatMap(\.documents).flatMap { document in
        document.slots.compactMap(document.sealedField)
      }
    }
    let known = Set((sides.old.map(fields) ?? []).map(\.message.digest))
    return fields(sides.new).filter { !known.contains($0.message.digest) }
  }

  /// What the key packets of new messages show without a key.
  private func addressingFindings(_ fields: [LocatedSealedField]) -> [Finding] {
    let connections = Dictionary(fields.map { ($0.location, $0.address.connection) }) { $1 }
    return sides.new.allDiagnostics.compactMap { diagnostic in
      guard DiagnosticCode.addressing.contains(diagnostic.code),
        let connection = diagnostic.location.flatMap({ connections[$0] })
      else { return nil }
      return Finding(.recipients, connection, diagnostic)
    }
  }

  private func named(_ findings: [Finding]) async throws -> [Finding] {
    let ids = Set(findings.flatMap(\.diagnostic.claimedKeyIDs))
    if ids.isEmpty { return findings }
    let directory = await KeyDirectory(
      openPGP, ids: ids, fingerprints: [], base: .files(try sides.oldFiles()),
      branch: try sides.newFiles())
    return findings.map {
      Finding(
        $0.kind, $0.connection, $0.diagnostic.namingKeys { directory.person($0).description })
    }
  }

  /// New messages with packets for several keys of ours, of which one does not open it.
  ///
  /// - Throws: if gpg fails where a key of our own is: a false label would pass unseen.
  private func mislabelled(_ fields: [LocatedSealedField]) async throws -> [Diagnostic] {
    let keyring = Keyring(openPGP: openPGP, project: sides.new.project)
    // gpg makes a keyring where there is none; and without a key of our own, no label can be checked.
    guard openPGP.hasKeyring, try await !keyring.openingKeys().isEmpty else { return [] }
    let labels = try await keyring.mislabelledKeyIDs(of: fields.map(\.message))
    let keys = await openPGP.keys(namedBy: labels.map { OpenError.mislabelled($0) })
    return zip(fields, labels).compactMap { Diagnostic.mislabelled($0, $1, among: keys) }
  }

  /// The owners of the keys that it shows, by key id and by fingerprint.
  private func names(in diff: ProjectDiff) async throws -> [String: String] {
    let ids = diff.connections.flatMap(\.details).flatMap { detail -> [String] in
      if case .secret(_, let secret) = detail { secret.gained + secret.lost } else { [] }
    }
    let texts = diff.settings.flatMap { $0.added + $0.removed }
    let fingerprints = texts.filter { Fingerprint($0) != nil }
    if ids.isEmpty, fingerprints.isEmpty { return [:] }
    let directory = await KeyDirectory(
      openPGP, ids: Set(ids),
      fingerprints: Set(fingerprints.compactMap { Fingerprint($0)?.rawValue }),
      base: .files(try sides.oldFiles()), branch: try sides.newFiles())
    let people = Set(ids + fingerprints).map { text in
      (text, directory.person(Fingerprint(text)?.rawValue ?? text).description)
    }
    return Dictionary(people) { first, _ in first }
  }
}

extension DiagnosticCode {
  fileprivate var isIntegrityFailure: Bool {
    [
      .bindingMismatch, .badMessage, .noValidSignature, .unboundSignature, .signedForAnother,
      .mislabelled,
    ].contains(self)
  }
}
