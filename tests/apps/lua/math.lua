-- SPDX-License-Identifier: Apache-2.0
-- Numbers: integer and float arithmetic, math functions to 12 digits,
-- sorting, a sieve and a matrix product.
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, 2^10, 1 << 62, ~0, 5 // 0.0, -5 % 0.0)
print(math.type(1), math.type(1.0), math.tointeger(3.0), math.ult(1, -1), math.abs(math.mininteger))
print(math.floor(-3.5), math.ceil(-3.5), math.fmod(-7, 3), math.modf(3.7))
for _, name in ipairs{"sin", "cos", "tan", "exp", "sqrt", "atan", "log"} do
    for _, x in ipairs{0.1, 1, 2.5, 100.25} do
        print(name, x, ("%.12g"):format(math[name](x)))
    end
end
print(("%.12g %.12g"):format(math.log(8, 2), math.log(1000, 10)), math.pi, math.huge)
math.randomseed(42)
local t = {}
for i = 1, 10 do t[i] = math.random(1, 100) end
print(table.concat(t, " "), ("%.14g"):format(math.random()))
local sieve, primes = {}, {}
for i = 2, 20000 do
    if not sieve[i] then
        primes[#primes + 1] = i
        for j = i * i, 20000, i do sieve[j] = true end
    end
end
print(#primes, primes[#primes])
local list = {}
local seed = 12345
for i = 1, 5000 do
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    list[i] = seed
end
table.sort(list, function(a, b) return a > b end)
print(list[1], list[2500], list[5000])
local size, a, b = 40, {}, {}
for i = 1, size do
    a[i], b[i] = {}, {}
    for j = 1, size do a[i][j], b[i][j] = i / j, j - i end
end
local trace = 0
for i = 1, size do
    for k = 1, size do trace = trace + a[i][k] * b[k][i] end
end
print(("%.10f"):format(trace))
print(table.unpack({1, 2, 3}, 2), table.concat({1, 2.5, "x"}, ","), #table.pack(nil, nil))
print(table.concat(table.move({1, 2, 3, 4}, 2, 4, 1), " "))
