import Foundation
import OpenPGP
import TestSupport
import Testing

@Suite struct RecipientTests {
  @Test func namesTheFaultOfEachRecipient() async throws {
    let home = try GPGHome()
    let openPGP = PGPEngine(GPGSettings(home: home.path, isInteractive: false))
    let good = try home.makeKey("Good")
    let revoked = try home.makeKey("Revoked")
    try home.revoke(revoked)
    let disabled = try home.makeKey("Disabled")
    try home.disable(disabled)
    let signing = try home.makeKey("Signs only", encrypts: false)
    let expired = try home.makeKey(
      "Expired", expires: "seconds=3600", created: "20250101T000000")
    let future = try home.makeKey("Future", created: "20400101T000000")
    let found = try await openPGP.recipients([
      good, revoked, disabled, signing, expired, String(good.suffix(16)), "Good",
      String(repeating: "A", count: 40), future,
    ])
    let faults = found.map { result -> RecipientError? in
      switch result {
      case .success: nil
      case .failure(let fault): fault
      }
    }
    #expect(faults[0] == nil)
    #expect(faults[1] == .revoked)
    #expect(faults[2] == .disabled)
    #expect(faults[3] == .cannotEncrypt)
    guard case .expired(at: .some) = faults[4] else {
      Issue.record("not expired: \(String(describing: faults[4]))")
      return
    }
    #expect(faults[5...7] == [.notFingerprint, .notFingerprint, .notFound])
    guard case .notYetValid = faults[8] else {
      Issue.record("from the future: \(String(describing: faults[8]))")
      return
    }
    let key = try found[0].get()
    #expect(key.userID == "Good")
    let subkey = try #require(key.subkeys.last?.fingerprint)
    #expect(
      try await openPGP.recipients([subkey.rawValue]) == [
        .failure(.isSubkey(of: key.fingerprint))
      ])
    #expect(try await openPGP.secretKeys().count == 6)
  }
}
