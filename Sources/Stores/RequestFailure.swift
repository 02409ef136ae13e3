/// Why a request to a backend has no response that can be used.
package enum RequestFailure: Error, Sendable {
  case refused(StoreError)
  /// The server may have carried it out; the reason, for people.
  case unknown(String)

  package var storeError: StoreError {
    switch self {
    case .refused(let error): error
    case .unknown(let reason): .outcomeUnknown(reason)
    }
  }
}
