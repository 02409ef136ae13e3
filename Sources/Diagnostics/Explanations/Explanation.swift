/// What a code means, as `vaultctl explain` shows it.
package struct Explanation: Hashable, Sendable {
  /// A headline; upper case first, no full stop.
  package let title: String
  package let text: String

  init(_ title: String, _ text: String) {
    self.title = title
    self.text = text
  }
}

extension DiagnosticCode {
  /// The texts are in one file for each family; the compiler sees to it that no code lacks one.
  package var explanation: Explanation {
    switch self {
    // VC10xx: reading YAML.
    case .fileTooLarge: .fileTooLarge
    case .notUTF8: .notUTF8
    case .invalidYAML: .invalidYAML
    case .nestedTooDeep: .nestedTooDeep
    case .tooManyAliases: .tooManyAliases
    case .unknownAlias: .unknownAlias
    case .mergeKey: .mergeKey
    case .duplicateKey: .duplicateKey
    case .unsupportedTag: .unsupportedTag
    case .keyIsNotText: .keyIsNotText
    case .tabIndentation: .tabIndentation
    case .unreadableFile: .unreadableFile
    case .symbolicLink: .symbolicLink
    case .notRegularFile: .notRegularFile
    case .nestedRepository: .nestedRepository
    case .keyTooLong: .keyTooLong
    case .tooManyFaults: .tooManyFaults
    case .tooManyItems: .tooManyItems
    case .tooManyDirectives: .tooManyDirectives
    case .sharedValue: .sharedValue
    case .valueNotEditable: .valueNotEditable

    // VC11xx: connection manifests.
    case .wrongAPIVersion: .wrongAPIVersion
    case .wrongKind: .wrongKind
    case .missingKey: .missingKey
    case .unknownKey: .unknownKey
    case .wrongType: .wrongType
    case .invalidName: .invalidName
    case .duplicateName: .duplicateName
    case .unknownApp: .unknownApp
    case .unknownSetupType: .unknownSetupType
    case .unknownField: .unknownField
    case .tooShort: .tooShort
    case .tooLong: .tooLong
    case .notOneOf: .notOneOf
    case .invalidFormat: .invalidFormat
    case .invalidScope: .invalidScope
    case .duplicateScope: .duplicateScope
    case .emptyDocument: .emptyDocument
    case .uselessPublicField: .uselessPublicField
    case .invalidLabel: .invalidLabel
    case .formerNameTaken: .formerNameTaken

    // VC12xx: the project file.
    case .projectNotFound: .projectNotFound
    case .invalidProjectName: .invalidProjectName
    case .invalidPath: .invalidPath
    case .manifestsNotFound: .manifestsNotFound
    case .unknownStore: .unknownStore
    case .invalidAppDefinition: .invalidAppDefinition
    case .noRecipientRule: .noRecipientRule
    case .unknownFinding: .unknownFinding
    case .alreadyExists: .alreadyExists
    case .connectionNotFound: .connectionNotFound
    case .gitFailed: .gitFailed
    case .invalidEnvironment: .invalidEnvironment
    case .environmentNotFound: .environmentNotFound
    case .invalidFlow: .invalidFlow
    case .invalidStore: .invalidStore
    case .outputNotWritten: .outputNotWritten
    case .projectWithoutID: .projectWithoutID
    case .storesMeet: .storesMeet
    case .notImported: .notImported
    case .notExported: .notExported

    // VC123x: trust in the project file.
    case .untrustedSetting: .untrustedSetting
    case .looserSetting: .looserSetting
    case .trustedFileMissing: .trustedFileMissing
    case .trustNeeded: .trustNeeded
    case .trustDiffers: .trustDiffers
    case .trustedCommandDiffers: .trustedCommandDiffers
    case .trustNotRecorded: .trustNotRecorded
    case .foreignProject: .foreignProject

    // VC124x: changes of a project's files.
    case .changesRecovered: .changesRecovered
    case .changesUnfinished: .changesUnfinished
    case .filesBusy: .filesBusy
    case .fileMoved: .fileMoved
    case .ownerNotKept: .ownerNotKept
    case .foreignJournal: .foreignJournal
    case .valueKept: .valueKept
    case .portUnavailable: .portUnavailable

    // VC125x: what commands on a project are about.
    case .noSuchRecipientRule: .noSuchRecipientRule
    case .lastRecipient: .lastRecipient
    case .noSuchRecipient: .noSuchRecipient
    case .notCommitted: .notCommitted
    case .noLog: .noLog
    case .notFormatted: .notFormatted
    case .notFormattable: .notFormattable

    // VC2xxx: secrets and keys.
    case .recipientNotFound: .recipientNotFound
    case .recipientNotFingerprint: .recipientNotFingerprint
    case .plaintextSecret: .plaintextSecret
    case .malformedMessage: .malformedMessage
    case .recipientAmbiguous: .recipientAmbiguous
    case .recipientRevoked: .recipientRevoked
    case .recipientExpired: .recipientExpired
    case .recipientDisabled: .recipientDisabled
    case .recipientCannotEncrypt: .recipientCannotEncrypt
    case .duplicateRecipient: .duplicateRecipient
    case .noSecretKey: .noSecretKey
    case .agentUnavailable: .agentUnavailable
    case .cancelled: .cancelled
    case .badMessage: .badMessage
    case .bindingMismatch: .bindingMismatch
    case .noValidSignature: .noValidSignature
    case .deadlineExceeded: .deadlineExceeded
    case .gpgUnavailable: .gpgUnavailable
    case .recipientsDiffer: .recipientsDiffer
    case .formerRecipient: .formerRecipient
    case .gpgFailed: .gpgFailed
    case .invalidSecretValue: .invalidSecretValue
    case .secretUnknown: .secretUnknown
    case .unboundSignature: .unboundSignature
    case .signedForAnother: .signedForAnother
    case .projectRenamed: .projectRenamed
    case .mislabelled: .mislabelled
    case .duplicateKeyID: .duplicateKeyID
    case .passphrasePacket: .passphrasePacket
    case .moreKeyPackets: .moreKeyPackets
    case .hiddenRecipients: .hiddenRecipients
    case .addressedToOthers: .addressedToOthers
    case .recipientExpiring: .recipientExpiring
    case .recipientNotYetValid: .recipientNotYetValid
    case .editDiscarded: .editDiscarded
    case .storeKeyUnchecked: .storeKeyUnchecked
    case .notPublicKey: .notPublicKey
    case .foreignCiphertext: .foreignCiphertext
    case .placeholderValue: .placeholderValue
    case .sopsDocument: .sopsDocument
    case .valueNotRead: .valueNotRead

    // VC3xxx: planning.
    case .emptyConnection: .emptyConnection
    case .scopeMissing: .scopeMissing
    case .scopeExtra: .scopeExtra
    case .drift: .drift
    case .conflict: .conflict
    case .undecided: .undecided
    case .adoptable: .adoptable
    case .unmanaged: .unmanaged
    case .orphaned: .orphaned
    case .unknownTarget: .unknownTarget
    case .policyViolated: .policyViolated
    case .missingInStore: .missingInStore
    case .destroyPrevented: .destroyPrevented
    case .stalePlan: .stalePlan
    case .planForAnotherStore: .planForAnotherStore
    case .notAPlan: .notAPlan
    case .tooManyChanges: .tooManyChanges
    case .nothingDeclared: .nothingDeclared
    case .renameBlocked: .renameBlocked
    case .flowNamesNone: .flowNamesNone
    case .flowWrongApp: .flowWrongApp
    case .flowLacksConnection: .flowLacksConnection
    case .scopeRequired: .scopeRequired
    case .usedConnection: .usedConnection
    case .foreignConnection: .foreignConnection
    case .unclaimedRecord: .unclaimedRecord
    case .flowUnreadable: .flowUnreadable
    case .setupIncomplete: .setupIncomplete
    case .redirected: .redirected
    case .appOverridden: .appOverridden

    // VC4xxx: stores.
    case .storeUnavailable: .storeUnavailable
    case .storeModeTooLoose: .storeModeTooLoose
    case .storeIsSymlink: .storeIsSymlink
    case .versionConflict: .versionConflict
    case .storeLocked: .storeLocked
    case .lockTakenOver: .lockTakenOver
    case .interruptedApply: .interruptedApply
    case .storeTooNew: .storeTooNew
    case .storeCorrupt: .storeCorrupt
    case .storeKeyUnavailable: .storeKeyUnavailable
    case .storeWriteFailed: .storeWriteFailed
    case .nameTaken: .nameTaken
    case .notInStore: .notInStore
    case .lockLost: .lockLost
    case .storeUnauthorized: .storeUnauthorized
    case .storePermission: .storePermission
    case .storeRefused: .storeRefused
    case .ambiguousName: .ambiguousName
    case .outcomeUnknown: .outcomeUnknown
    case .ledgerFailed: .ledgerFailed
    case .ledgerMoved: .ledgerMoved
    case .unfinishedChange: .unfinishedChange
    case .ledgerRejected: .ledgerRejected
    case .ledgerUnreachable: .ledgerUnreachable
    case .storeTracked: .storeTracked
    case .ledgerUntrusted: .ledgerUntrusted
    case .ledgerUnverified: .ledgerUnverified
    case .backupDamaged: .backupDamaged
    case .copyBlocked: .copyBlocked
    case .copyDiffers: .copyDiffers
    case .storeUnverified: .storeUnverified
    case .storeNotAsked: .storeNotAsked
    case .storeMisconfigured: .storeMisconfigured
    case .manifestBehind: .manifestBehind
    case .ownedByOther: .ownedByOther
    case .foreignEntry: .foreignEntry
    case .interrupted: .interrupted

    // VC5xxx: tokens.
    case .tokenExpired: .tokenExpired
    case .tokenEnding: .tokenEnding
    case .needsAuthorization: .needsAuthorization
    case .renewalFailed: .renewalFailed
    case .tokensMoved: .tokensMoved
    case .clockSkew: .clockSkew
    case .authorizationFailed: .authorizationFailed
    case .revocationFailed: .revocationFailed
    case .noTokens: .noTokens
    case .answerUnsaved: .answerUnsaved
    case .scopeNarrowed: .scopeNarrowed
    case .unauthorized: .unauthorized
    case .commandNotRun: .commandNotRun
    case .lifetimeTooShort: .lifetimeTooShort
    case .serviceNotAlive: .serviceNotAlive
    case .endpointsNotDiscovered: .endpointsNotDiscovered
    case .projectOutdated: .projectOutdated

    case .wrongUsage: .wrongUsage

    case .internalFault: .internalFault
    }
  }
}
