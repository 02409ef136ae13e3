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

/// One library target of ours; it may only depend on targets that stand above it in the list.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
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
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    // Of the tests alone.
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CGCrypt", pkgConfig: "libgcrypt", providers: [.apt(["libgcrypt20-dev"])]),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CGPGME", pkgConfig: "gpgme", providers: [.apt(["libgpgme-dev"])]),

    // The pure core.
    layer("Diagnostics"),
    layer("Model", ["Diagnostics", crypto]),
    layer("SourceYAML", ["CLibYAML", "Diagnostics"]),
    layer("Manifests", ["Diagnostics", "Model", "SourceYAML"]),
    layer("Planning", ["Diagnostics", "Model", crypto]),
    layer("Reports", ["Diagnostics", "Model", crypto]),

    // Effects.
    layer("Secrets"),
    layer("Processes", ["CSpawn"]),
    layer("OpenPGP", ["CGCrypt", "CGPGME", "Model", "Secrets"]),
    layer(
      "HTTP",
      [logging, .product(name: "AsyncHTTPClient", package: "async-http-client")]
        + ["NIOCore", "NIOHTTP1", "NIOPosix"].map { .product(name: $0, package: "swift-nio") }
        + [.product(name: "NIOSSL", package: "swift-nio-ssl")]),
    layer("Tokens", ["HTTP", "Model", "Secrets", crypto, cryptoExtras]),
    layer("GitPlumbing", ["Processes", logging]),
    layer("Stores", ["Model", "Secrets", crypto]),
    layer("Ledgers", ["GitPlumbing", "Model", "Secrets", "Stores", crypto]),
    layer(
      "SQLiteStore",
      [
        "Ledgers", "Model", "Secrets", "Stores", crypto,
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    layer("Auth0Store", ["HTTP", "Model", "Secrets", "Stores"]),
    layer("OpenBaoStore", ["HTTP", "Model", "Secrets", "Stores", crypto]),
    layer("Renewing", ["HTTP", "Model", "Secrets", "Stores", "Tokens"]),
    layer("Applying", ["Diagnostics", "Model", "Planning", "Secrets", "Stores"]),

    // The edge.
    layer(
      "Commands",
      [
        "Diagnostics", "Model", "SourceYAML", "Manifests", "Planning", "Reports", "Secrets",
        "OpenPGP", "HTTP", "Processes", "GitPlumbing", "Stores", "SQLiteStore", "Auth0Store",
        "OpenBaoStore", "Ledgers", "Tokens", "Renewing", "Applying", logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "vaultctl", dependencies: ["Commands"], swiftSettings: settings),

    // Tests mirror the sources.
    .target(
      name: "TestSupport", dependencies: ["Model", "Processes", "Secrets", "Stores"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(
      name: "TestServer",
      dependencies: [
        "TestSupport", logging, .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      path: "Tests/TestServer", swiftSettings: settings),
    .target(
      name: "TestTenant",
      dependencies: [
        "Model", "TestServer", .product(name: "Hummingbird", package: "hummingbird"),
      ],
      path: "Tests/TestTenant", swiftSettings: settings),
    .target(
      name: "TestOpenBao",
      dependencies: [
        "HTTP", "Processes", "TestServer", "TestSupport", crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
      ]
        + ["NIOCore", "NIOPosix"].map { .product(name: $0, package: "swift-nio") },
      path: "Tests/TestOpenBao", swiftSettings: settings),
    .target(
      name: "TestAuthorizationServer",
      dependencies: ["TestServer", .product(name: "Hummingbird", package: "hummingbird")],
      path: "Tests/TestAuthorizationServer", swiftSettings: settings),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("ModelTests", ["Model"]),
    tests("SourceYAMLTests", ["SourceYAML"]),
    tests("ManifestsTests", ["Manifests", "Model", "SourceYAML", "Diagnostics"]),
    tests("PlanningTests", ["Planning", "Model", "Diagnostics"]),
    tests("ReportsTests", ["Reports", "Model", "Diagnostics"], files: ["Golden"]),
    tests("SecretsTests", ["Secrets"]),
    tests("OpenPGPTests", ["OpenPGP", "Model", "Secrets"], files: ["InteropPeers"]),
    tests(
      "SQLiteStoreTests",
      [
        "SQLiteStore", "Stores", "Model", "Processes", "Secrets",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests("ProcessesTests", ["Processes"]),
    tests("HTTPTests", ["HTTP"]),
    tests("TokensTests", ["Tokens", "HTTP", "Model", "Secrets", crypto, cryptoExtras]),
    tests(
      "Auth0StoreTests", ["Auth0Store", "HTTP", "Model", "Secrets", "Stores", "TestTenant"],
      files: ["Recorded"]),
    tests(
      "OpenBaoStoreTests",
      ["OpenBaoStore", "HTTP", "Model", "Secrets", "Stores", "TestOpenBao"]),
    tests(
      "StoreContractTests",
      [
        "SQLiteStore", "OpenBaoStore", "Auth0Store", "Ledgers", "GitPlumbing", "HTTP", "Model",
        "Secrets", "Stores", "TestOpenBao", "TestTenant",
      ]),
    tests(
      "LedgersTests", ["Ledgers", "GitPlumbing", "Model", "Secrets", "Stores"]),
    tests(
      "RenewingTests",
      [
        "Renewing", "Tokens", "HTTP", "SQLiteStore", "OpenBaoStore", "Stores", "Model", "Secrets",
        "TestAuthorizationServer", "TestOpenBao", cryptoExtras, crypto,
      ]),
    tests(
      "ApplyingTests",
      ["Applying", "Planning", "SQLiteStore", "Stores", "Model", "Secrets", "Diagnostics"]),
    tests(
      "Transcripts",
      [
        "vaultctl", "SourceYAML", "Model", "Processes", "TestOpenBao", "TestTenant",
        "TestAuthorizationServer",
      ],
      files: ["Golden", "Services"]),
  ]
)
