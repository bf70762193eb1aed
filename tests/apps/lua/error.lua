-- SPDX-License-Identifier: Apache-2.0
-- Ends with status 1; a protected call comes first.
local ok, message = pcall(function()
    local t = nil
    return t.field
end)
print(ok, message)
print(select(2, pcall(error, {code = 7})).code)
print(select(2, xpcall(function() error("deep", 2) end,
    function(m) return "handled: " .. m end)))
local function recurse(n) return recurse(n + 1) + 1 end
local ok2, overflow = pcall(recurse, 1)
print(ok2, overflow:match("stack overflow"))
io.stdout:write("before the end\n")
error("this one is not caught")
