// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// One library target of ours; it may only depend on targets above it in the list.
func layer(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// `files` are folders that the tests read.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], files: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: files,
    swiftSettings: settings)
}

let package = Package(
  name: "vaultctl",
  products: [.executable(name: "vaultctl", targets: ["vaultctl"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CGCrypt", pkgConfig: "libgcrypt", providers: [.apt(["libgcrypt20-dev"])]),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CRename"),
    // Without `pkgConfig`, which would link it: `CurlLibrary` loads it at first use.
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CGPGME", pkgConfig: "gpgme", providers: [.apt(["libgpgme-dev"])]),

    // Beside the core: what it may use though it is not pure itself (see `ArchitectureTests`).
    layer("Parallelism"),

    // The pure core.
    layer("Encodings"),
    layer("Diagnostics", ["Encodings"]),
    layer("Model", ["Diagnostics", "Encodings", crypto]),
    layer("SourceYAML", ["CLibYAML", "Diagnostics", "Encodings"]),
    layer("Manifests", ["Diagnostics", "Encodings", "Model", "SourceYAML"]),
    layer("Planning", ["Diagnostics", "Encodings", "Model", "Parallelism", crypto]),
    layer("Reports", ["Diagnostics", "Encodings", "Model", crypto]),
    // The vault page; what makes it up is part of the program, which stays one file.
    layer(
      "Pages",
      [
        "Diagnostics", "Encodings", "Model", "Planning", "Reports", crypto,
        .product(name: "Mustache", package: "swift-mustache"),
      ], resources: [.embedInCode("Assets")]),

    // Effects.
    layer("Files"),
    layer("Pacing", ["Model"]),
    layer("Secrets", ["Encodings"]),
    layer("Processes", ["CSpawn"]),
    layer("FileChanges", ["CRename", "Encodings", "Files", crypto]),
    layer("OpenPGP", ["CGCrypt", "CGPGME", "Encodings", "Model", "Secrets"]),
    layer("HTTP", ["CCurl", "Encodings", "Files", "Model", logging]),
    // Knows requests and responses, and no page.
    layer(
      "Serving", ["Encodings", "Secrets", .product(name: "FlyingSocks", package: "FlyingFox")]),
    layer("Tokens", ["Encodings", "HTTP", "Model", "Pacing", "Secrets", crypto, cryptoExtras]),
    layer("GitPlumbing", ["Processes", logging]),
    layer("Stores", ["Encodings", "Model", "Secrets", crypto]),
    layer("Ledgers", ["Encodings", "GitPlumbing", "Model", "Secrets", "Stores", crypto]),
    layer(
      "SQLiteStore",
      [
        "Encodings", "Files", "Ledgers", "Model", "Parallelism", "Secrets", "Stores", crypto,
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    layer("Auth0Store", ["Encodings", "HTTP", "Model", "Pacing", "Secrets", "Stores"]),
    layer("OpenBaoStore", ["Encodings", "HTTP", "Model", "Pacing", "Secrets", "Stores", crypto]),
    layer("Renewing", ["Files", "HTTP", "Model", "Pacing", "Secrets", "Stores", "Tokens"]),
    layer("Applying", ["Diagnostics", "Model", "Pacing", "Planning", "Secrets", "Stores"]),

    // The edge.
    layer(
      "Commands",
      [
        "Encodings", "Diagnostics", "Model", "Parallelism", "SourceYAML", "Manifests", "Planning",
        "Reports", "Pages", "Pacing",
        "Secrets", "OpenPGP", "HTTP", "Processes", "Files", "FileChanges", "GitPlumbing",
        "Stores",
        "SQLiteStore",
        "Auth0Store",
        "OpenBaoStore", "Ledgers", "Serving", "Tokens", "Renewing", "Applying", crypto, logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Takes the place of ICU's data, half of the program (see `icudata.c`).
    .target(name: "CICUData"),
    .executableTarget(
      name: "vaultctl", dependencies: ["CICUData", "Commands"], swiftSettings: settings),

    // Tests mirror the sources.
    .target(
      name: "TestSupport",
      dependencies: [
        "Ledgers", "Manifests", "Model", "Pacing", "Processes", "Secrets", "SourceYAML", "Stores",
      ],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(
      name: "TestServer",
      dependencies: ["Processes", "TestSupport"], path: "Tests/TestServer", swiftSettings: settings),
    .target(
      name: "TestTenant",
      dependencies: ["Model", "TestServer"],
      path: "Tests/TestTenant", swiftSettings: settings),
    .target(
      name: "TestOpenBao",
      dependencies: ["HTTP", "Processes", "TestServer", "TestSupport", crypto],
      path: "Tests/TestOpenBao", swiftSettings: settings),
    .target(
      name: "TestAuthorizationServer",
      dependencies: ["TestServer"],
      path: "Tests/TestAuthorizationServer", swiftSettings: settings),
    tests("EncodingsTests", ["Encodings"]),
    tests("ArchitectureTests", []),
    tests("ParallelismTests", ["Parallelism"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("ModelTests", ["Model"]),
    tests("SourceYAMLTests", ["SourceYAML"]),
    tests("ManifestsTests", ["Manifests", "Model", "Reports", "SourceYAML", "Diagnostics"]),
    tests("PlanningTests", ["Planning", "Model", "Diagnostics"]),
    tests("ReportsTests", ["Reports", "Model", "Diagnostics", "Processes"], files: ["Golden"]),
    tests("PagesTests", ["Pages", "Planning", "Reports", "Model", "Diagnostics"]),
    tests("ServingTests", ["Serving", "HTTP", "TestServer"]),
    tests("SecretsTests", ["Secrets"]),
    tests("OpenPGPTests", ["OpenPGP", "Model", "Secrets"], files: ["InteropPeers"]),
    tests(
      "SQLiteStoreTests",
      [
        "SQLiteStore", "Ledgers", "Stores", "Model", "Processes", "Secrets",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests("ProcessesTests", ["Processes"]),
    tests("FilesTests", ["Files"]),
    tests("FileChangesTests", ["FileChanges", "Files"]),
    tests("PacingTests", ["Pacing", "Model"]),
    tests("GitPlumbingTests", ["GitPlumbing", logging]),
    tests("HTTPTests", ["HTTP", "Model", "TestServer", logging]),
    tests("TokensTests", ["Tokens", "HTTP", "Model", "Secrets", crypto, cryptoExtras]),
    tests(
      "Auth0StoreTests",
      ["Auth0Store", "HTTP", "Model", "Pacing", "Secrets", "Stores", "TestTenant"],
      files: ["Recorded"]),
    tests(
      "OpenBaoStoreTests",
      [
        "OpenBaoStore", "HTTP", "Model", "Pacing", "Secrets", "Stores", "TestOpenBao",
        "TestServer",
      ]),
    tests(
      "StoreContractTests",
      [
        "SQLiteStore", "OpenBaoStore", "Auth0Store", "Ledgers", "GitPlumbing", "HTTP", "Model",
        "Pacing", "Secrets", "Stores", "TestOpenBao", "TestTenant",
      ]),
    tests(
      "LedgersTests", ["Ledgers", "GitPlumbing", "Model", "Secrets", "Stores"]),
    tests(
      "RenewingTests",
      [
        "Renewing", "Tokens", "HTTP", "Serving", "SQLiteStore", "OpenBaoStore", "Stores", "Model",
        "Files", "Pacing", "Secrets", "TestAuthorizationServer", "TestOpenBao", cryptoExtras,
        crypto,
      ]),
    tests(
      "ApplyingTests",
      [
        "Applying", "Planning", "SQLiteStore", "Stores", "Model", "Pacing", "Secrets",
        "Diagnostics",
      ]),
    tests(
      "CommandsTests",
      [
        "Commands", "Applying", "Diagnostics", "FileChanges", "Ledgers", "Manifests", "Model",
        "OpenBaoStore",
        "OpenPGP",
        "Planning", "Processes", "Reports", "Stores",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    tests(
      "Transcripts",
      [
        "vaultctl", "Diagnostics", "SourceYAML", "Model", "Processes", "TestOpenBao", "TestServer",
        "TestTenant", "TestAuthorizationServer",
      ],
      files: ["Golden", "Services"]),
  ]
)
