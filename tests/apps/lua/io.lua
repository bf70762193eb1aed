-- SPDX-License-Identifier: Apache-2.0
-- Files: write, append, read in every format, seek, lines, rename, remove.
local name = "io-test.txt"
local f = assert(io.open(name, "w"))
for i = 1, 1000 do
    f:write(string.format("line %04d %s\n", i, ("x"):rep(i % 17)))
end
print(f:seek("cur"), f:seek("set", 10), f:seek("end"))
f:close()

f = assert(io.open(name, "a"))
f:write("3.25 0x10 -7e2 nan\n")
f:close()

local sum, count = 0, 0
for line in io.lines(name) do
    sum, count = (sum * 31 + #line) % 1000003, count + 1
end
print(count, sum)

f = assert(io.open(name, "r+b"))
f:seek("set", 5)
f:write("PATCH")
f:seek("set", 0)
print(f:read("l"), f:read("L"), f:read(4), f:read(0))
f:seek("end", -19)
print(f:read("n", "n", "n", "l"))
print(f:read("a") == "", f:read("l"), f:read(1))
f:close()
print(io.type(f), io.type(io.stdout), io.type(42))

f = assert(io.open(name, "rb"))
f:setvbuf("full", 1 << 16)
local data = f:read("a")
f:close()
local hash = 5381
for i = 1, #data do
    hash = (hash * 33 + data:byte(i)) & 0xffffffff
end
print(#data, string.format("%08x", hash))

print(os.rename(name, "renamed.txt"))
print(io.open(name))
print(os.remove("renamed.txt"))
print(os.remove("renamed.txt"))
print(io.open("/no/such/place/file", "w"))
print(pcall(io.lines, "absent"))
print(io.open(".", "w"))

local tmp = io.tmpfile()
tmp:write("temporary\n", 1, " ", 2.5, "\n")
tmp:seek("set")
print(tmp:read("a"))
tmp:close()
local unique = os.tmpname()
print(os.remove(unique))
io.output():write("through io.output\n")
io.stderr:write("not compared\n")
