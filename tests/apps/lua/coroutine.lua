-- SPDX-License-Identifier: Apache-2.0
-- Coroutines: generators, a scheduler, errors inside, wrap, close, depth.
local function generate(n)
    return coroutine.wrap(function()
        for i = 1, n do
            coroutine.yield(i, i * i)
        end
        return "done"
    end)
end
local next_square = generate(3)
print(next_square()) print(next_square()) print(next_square()) print(next_square())
print(pcall(next_square))

local function permute(a, n)
    n = n or #a
    if n <= 1 then coroutine.yield(table.concat(a, " ")) end
    for i = 1, n do
        a[n], a[i] = a[i], a[n]
        permute(a, n - 1)
        a[n], a[i] = a[i], a[n]
    end
end
local n = 0
for p in coroutine.wrap(function() permute{1, 2, 3, 4, 5} end) do
    n = n + 1
    if n % 20 == 1 then print(p) end
end
print(n)

local ready, log = {}, {}
for id = 1, 10 do
    ready[#ready + 1] = coroutine.create(function()
        for step = 1, id do
            log[#log + 1] = id * 100 + step
            coroutine.yield()
        end
    end)
end
while #ready > 0 do
    local co = table.remove(ready, 1)
    assert(coroutine.resume(co))
    if coroutine.status(co) ~= "dead" then ready[#ready + 1] = co end
end
print(#log, table.concat(log, " "))

local co = coroutine.create(function() error({reason = "inside"}) end)
local ok, e = coroutine.resume(co)
print(ok, type(e), e.reason, coroutine.status(co), coroutine.resume(co))
local closing = coroutine.create(function()
    local guard <close> = setmetatable({}, {__close = function() print("closed") end})
    coroutine.yield(1)
end)
print(coroutine.resume(closing)) print(coroutine.close(closing), coroutine.status(closing))
local function nest(depth)
    if depth == 0 then return 0 end
    return 1 + coroutine.wrap(nest)(depth - 1)
end
print(nest(100), coroutine.isyieldable(), coroutine.running() ~= nil)
