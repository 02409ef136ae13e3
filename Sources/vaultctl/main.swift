import Commands

await runVaultctl()
