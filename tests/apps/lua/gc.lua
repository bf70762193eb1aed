-- SPDX-License-Identifier: Apache-2.0
-- Memory: much garbage, weak tables, finalizers, big strings.
local weak = setmetatable({}, {__mode = "k"})
local finalized = 0
for round = 1, 20 do
    for i = 1, 5000 do
        local object = {i, tostring(i), {round}}
        if i % 1000 == 0 then
            weak[setmetatable(object, {__gc = function() finalized = finalized + 1 end})] = true
        end
    end
end
collectgarbage() collectgarbage()
print(finalized, next(weak))
local parts = {}
for i = 1, 100000 do parts[i] = i .. "," end
local big = table.concat(parts)
print(#big, big:sub(-12))
big, parts = nil, nil
collectgarbage("generational")
local tree
local function build(depth)
    if depth == 0 then return {} end
    return {build(depth - 1), build(depth - 1)}
end
local function count(node) return node[1] and 1 + count(node[1]) + count(node[2]) or 1 end
for i = 1, 5 do tree = build(12) end
print(count(tree))
collectgarbage("incremental")
tree = nil
collectgarbage()
print(collectgarbage("count") < 2000)
