/// Why a call to a store's server has no usable response.
package enum CallFailure: Error {
  case refused(StoreError)
  /// The server may have carried it out.
  case unknown(String)

  package var storeError: StoreError {
    switch self {
    case .refused(let error): error
    case .unknown(let reason): .outcomeUnknown(reason)
    }
  }
}
