-- For Neovim 0.11 or newer, with yaml-language-server and vscode-json-languageserver in PATH. Put it at
-- ~/.config/nvim/plugin/vaultctl.lua, and run once in the project, and again when apps, connections or
-- recipients change:
--
--   vaultctl schema --install
--
-- Then app, type, fields, scopes and recipients complete (CTRL-X CTRL-O), with what each is for.
local function schema(root, name)
  return "file://" .. root .. "/schemas/" .. name .. ".schema.json"
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = { "yaml", "json" },
  callback = function(event)
    local root = vim.fs.root(event.buf, "vaultctl.yaml")
    if not root then return end
    if vim.bo[event.buf].filetype == "yaml" then
      vim.lsp.start({
        name = "vaultctl-yaml",
        cmd = { "yaml-language-server", "--stdio" },
        root_dir = root,
        settings = {
          yaml = {
            schemas = {
              [schema(root, "connection")] = { "connections/**/*.yaml", "connections/**/*.yml" },
              [schema(root, "overlay")] = { "environments/**/*.yaml", "environments/**/*.yml" },
              [schema(root, "project")] = { "vaultctl.yaml" },
            },
          },
        },
      })
    else
      vim.lsp.start({
        name = "vaultctl-json",
        cmd = { "vscode-json-languageserver", "--stdio" },
        root_dir = root,
        settings = {
          json = {
            schemas = {
              { fileMatch = { "/connections/**/*.json" }, url = schema(root, "connection") },
              { fileMatch = { "/environments/**/*.json" }, url = schema(root, "overlay") },
            },
          },
        },
      })
    end
  end,
})
