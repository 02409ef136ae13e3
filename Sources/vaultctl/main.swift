import Commands

runVaultctl()
