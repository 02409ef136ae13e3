import Stores

/// The numbers by which rows are compared and swapped.
enum RowVersion {
  /// Versions count changes from 1. A file that was edited can hold any number; what is beyond this one
  /// is no count, and no arithmetic on what is below it overflows.
  static let limit: Int64 = 1 << 53

  /// - Parameter version: as the file has it; 0 before the first.
  /// - Throws: `StoreError.corrupt` where it is out of range.
  static func next(after version: Int64) throws(StoreError) -> Int64 {
    guard (0..<limit).contains(version) else {
      throw .corrupt("a version in the store is \(version), which must be between 0 and \(limit)")
    }
    return version + 1
  }
}
