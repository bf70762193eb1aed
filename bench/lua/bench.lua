-- SPDX-License-Identifier: Apache-2.0
-- What Lua programs spend their time with. Prints "NAME MILLISECONDS" for
-- each part and their sum; the sums of results keep parts from being skipped.
local parts = {}

local function part(name, fn) parts[#parts + 1] = { name, fn } end

part("fib", function()
  local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
  return fib(30)
end)

part("strings", function()
  local sum = 0
  for i = 1, 400000 do
    local s = "key" .. i .. ":" .. (i * 7) % 1000
    sum = sum + #s
  end
  local pieces = {}
  for i = 1, 200000 do pieces[#pieces + 1] = tostring(i) end
  return sum + #table.concat(pieces, ",")
end)

part("tables", function()
  local sum = 0
  for round = 1, 10 do
    local t = {}
    for i = 1, 100000 do table.insert(t, i * round) end
    for i = 1, 50000 do sum = sum + table.remove(t) end
    local map = {}
    for i = 1, 50000 do map["k" .. i % 5000] = i end
    for _, v in pairs(map) do sum = sum + v end
  end
  return sum
end)

part("sort", function()
  local seed, t = 42, {}
  for i = 1, 200000 do
    seed = (seed * 1103515245 + 12345) % 2147483648
    t[i] = seed
  end
  table.sort(t)
  table.sort(t, function(a, b) return a > b end)
  local words = {}
  for i = 1, 30000 do words[i] = string.format("%08x", t[i] * 2654435761 % 2^32 // 1) end
  table.sort(words)
  return t[1] + #words[1]
end)

part("closures", function()
  local sum = 0
  for i = 1, 1000000 do
    local n = i
    local add = function(x) n = n + x; return n end
    sum = sum + add(1)
  end
  return sum
end)

part("objects", function()
  local Point = {}
  Point.__index = Point
  function Point.new(x, y) return setmetatable({ x = x, y = y }, Point) end
  function Point:plus(o) return Point.new(self.x + o.x, self.y + o.y) end
  local p, d = Point.new(0, 0), Point.new(1, 2)
  for _ = 1, 1000000 do p = p:plus(d) end
  return p.x + p.y
end)

part("gsub", function()
  local text = string.rep("the quick brown fox jumps over the lazy dog. ", 500)
  local sum = 0
  for _ = 1, 20 do
    local s, n = text:gsub("%w+", function(w) return w:upper() end)
    sum = sum + #s + n
    for w in text:gmatch("%a+") do sum = sum + #w end
    s, n = text:gsub("o", "0")
    sum = sum + n
    if text:find("no such words", 1, true) then sum = sum + 1 end
  end
  return sum
end)

part("format", function()
  local sum = 0
  for i = 1, 150000 do
    sum = sum + #string.format("%d %s %5.2f %x", i, "abc", i / 3, i)
  end
  for i = 1, 150000 do sum = sum + tonumber(tostring(i / 7)) end
  return sum // 1
end)

part("floats", function()
  local sum = 0.0
  for i = 1, 1000000 do
    sum = sum + math.sin(i) * math.sqrt(i) + math.exp(-i / 1e6) + math.log(i)
    sum = sum + math.fmod(i, 7) + i ^ 0.5 + math.floor(i / 3)
  end
  return string.format("%.6f", sum)
end)

part("coroutines", function()
  local sum = 0
  for _ = 1, 10 do
    local co = coroutine.wrap(function()
      for i = 1, 50000 do coroutine.yield(i) end
      return 0
    end)
    for _ = 1, 50000 do sum = sum + co() end
  end
  for _ = 1, 50000 do
    sum = sum + select("#", coroutine.resume(coroutine.create(function() end)))
  end
  return sum
end)

part("files", function()
  local name = os.tmpname()
  local sum = 0
  for _ = 1, 3 do
    local f = assert(io.open(name, "w"))
    for i = 1, 100000 do f:write(i, " line of text\n") end
    f:close()
    for line in io.lines(name) do sum = sum + #line end
    f = assert(io.open(name))
    sum = sum + #f:read("a")
    f:close()
  end
  os.remove(name)
  return sum
end)

local total = 0
local only = arg and arg[1]
for _, p in ipairs(parts) do
  if not only or only == p[1] then
    collectgarbage()
    local begin = os.clock()
    local result = p[2]()
    local ms = (os.clock() - begin) * 1000
    total = total + ms
    if only then print("result", result) end
    print(string.format("%s %.3f", p[1], ms))
  end
end
print(string.format("total %.3f", total))
