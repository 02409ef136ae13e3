/// What a pure target must not touch, and by which names Swift reaches it.
///
/// Imports alone do not guard the core: FoundationEssentials, which it needs for `Date` and `Data`,
/// also has files, the clock, the environment and random UUIDs.
enum PurityRule: CaseIterable {
  case files, clock, randomness, environment, concurrency, network, output, disguise

  var reason: String {
    switch self {
    case .files: "reaches files"
    case .clock: "reads a clock"
    case .randomness: "is random, or differs from process to process"
    case .environment: "reads the environment of the process"
    case .concurrency: "uses tasks, threads or locks"
    case .network: "reaches the network"
    case .output: "reads or writes the standard streams"
    case .disguise: "reaches what it does not name"
    }
  }

  /// Names and starts of expressions, wherever they are.
  var phrases: [String] {
    switch self {
    case .files:
      [
        "FileManager", "FileHandle", "FileWrapper", "Bundle", "InputStream", "OutputStream",
        "Data(contentsOf", "String(contentsOf", "String(contentsOfFile", ".write(to:",
        ".write(toFile",
        "URL(fileURLWithPath", "URL(filePath", "checkResourceIsReachable", "resourceValues",
        "NSTemporaryDirectory", "FILE", "yaml_parser_set_input_file",
      ]
    case .clock:
      [
        "Date()", "Date.init", "Date.now", "Date(timeIntervalSinceNow", "timeIntervalSinceNow",
        "Date.timeIntervalSinceReferenceDate", "ContinuousClock", "SuspendingClock",
        "DispatchTime", "DispatchWallTime", "CFAbsoluteTimeGetCurrent", "timespec", "timeval",
      ]
    case .randomness:
      [
        "UUID()", "UUID.init", "Hasher()", "Hasher.init", "SystemRandomNumberGenerator", ".random",
        "randomElement()",
        "shuffled()", "shuffle()", "hashValue", "SymmetricKey", "PrivateKey", "Nonce()", "AES",
        "ChaChaPoly", "HPKE",
      ]
    case .environment:
      [
        "ProcessInfo", "CommandLine", "UserDefaults", "Process()", "Locale.current",
        "Locale.autoupdatingCurrent", "TimeZone.current", "TimeZone.autoupdatingCurrent",
        "Calendar.current", "Calendar.autoupdatingCurrent", "environ",
      ]
    case .concurrency:
      [
        "async", "await", "actor", "MainActor", "Task", "TaskGroup", "ThrowingTaskGroup",
        "withTaskGroup", "withThrowingTaskGroup", "withDiscardingTaskGroup",
        "withThrowingDiscardingTaskGroup", "withUnsafeContinuation", "withCheckedContinuation",
        "AsyncStream", "Thread", "DispatchQueue", "DispatchGroup", "DispatchSemaphore",
        "OperationQueue", "Mutex", "Atomic", "NSLock", "NSRecursiveLock",
      ]
    case .network: ["URLSession", "URLRequest", "URLConnection", "CFSocket", "sockaddr"]
    case .output: ["FileDescriptor", "stdout", "stderr", "stdin"]
    case .disguise:
      [
        "@_silgen_name", "@_extern", "@_exported", "dlsym", "dlopen", "unsafeBitCast",
        "NSClassFromString",
        "_typeByName",
      ]
    }
  }

  /// Functions of the C library or the standard library, where they are called by their bare name.
  var functions: [String] {
    switch self {
    case .files:
      [
        "open", "openat", "fopen", "read", "pread", "write", "pwrite", "stat", "lstat", "fstat",
        "mkdir", "unlink", "rename", "opendir", "access", "mmap",
      ]
    case .clock:
      ["time", "clock", "clock_gettime", "gettimeofday", "localtime", "mach_absolute_time"]
    case .randomness:
      [
        "rand", "random", "srand", "srandom", "drand48", "arc4random", "arc4random_buf",
        "arc4random_uniform", "getrandom", "getentropy",
      ]
    case .environment:
      [
        "getenv", "setenv", "putenv", "getpid", "getuid", "gethostname", "getcwd", "sysconf",
        "system",
      ]
    case .concurrency: ["sleep", "usleep", "nanosleep", "fork", "pthread_create", "signal"]
    case .network: ["socket", "connect", "getaddrinfo", "send", "recv"]
    case .output:
      ["print", "debugPrint", "dump", "readLine", "puts", "fputs", "printf", "fprintf", "exit"]
    case .disguise: []
    }
  }

  /// Static members that are reached without their type: `let now: Date = .now`.
  var implicitMembers: [String] {
    switch self {
    case .clock: ["now", "continuous", "suspending"]
    // A value of a type that the code does not name can be the present moment.
    case .disguise: ["init()"]
    case .files, .randomness, .environment, .concurrency, .network, .output: []
    }
  }
}
