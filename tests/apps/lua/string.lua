-- SPDX-License-Identifier: Apache-2.0
-- The string library, formats of numbers included.
for _, f in ipairs{"%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%X", "%#o"} do
    print(f, f:format(1234), f:format(-7 & 0xff))
end
for _, f in ipairs{"%g", "%.3f", "%10.4e|", "%a", "%.14g", "%.17g", "%G"} do
    for _, v in ipairs{0.0, -0.0, 1 / 3, 1e300, -2.5e-310, 1 / 0, 123456789.5} do
        print(f, f:format(v))
    end
end
print(("%q"):format("a\nb\0c\"\\\r"), ("%q"):format(1 / 3), ("%s|%10s|%-10s|%.2s"):format("abc", "abc", "abc", "abc"))
print(("%c%c%c"):format(76, 117, 97), ("%i"):format(3.0))
print(pcall(string.format, "%d", 3.5))
local text = ("The quick brown fox jumps over the lazy dog. "):rep(50)
print(#text, text:upper():sub(1, 20), text:lower():sub(-20), text:reverse():sub(1, 10))
local counts = {}
for word in text:gmatch("%a+") do
    counts[word] = (counts[word] or 0) + 1
end
local words = {}
for word in pairs(counts) do words[#words + 1] = word end
table.sort(words)
for _, word in ipairs(words) do io.write(word, "=", counts[word], " ") end
print()
print(text:gsub("(%w+) (%w+)", "%2 %1", 3))
print(("x = 1, y = 2"):gsub("(%w+) = (%w+)", {x = "X"}))
print(("hello"):find("l"), ("hello"):find("xyz"), ("a.b"):find(".", 1, true))
print(("key = value"):match("^(%w+)%s*=%s*(%w+)$"), ("[[x]]"):match("%[(%b[])%]"))
print(("THE (quick) fox"):find("%((%a+)%)"), ("f(a(b)c)d"):match("%b()"))
print(utf8.char(228, 8364, 128512), utf8.len("äö€😀"), #"äö€😀")
for p, c in utf8.codes("aä€") do io.write(p, ":", c, " ") end
print()
print(string.pack("<i4 z s1 d", -2, "zero", "one", 0.5):byte(1, -1))
print(string.unpack("<i4", "\xfe\xff\xff\xff"), string.packsize("i8 i4 i2"))
print(tostring(1e15), 1e16, 2^53, 2^63, math.maxinteger, -0.0, 100 // 1e-320)
print(tonumber("0x1p-2"), tonumber("  12  "), tonumber("1e1x"), tonumber("zz", 36), tonumber("9999999999999999999"))
print(os.date("!%Y-%m-%d %H:%M:%S %A %B %j %p", 86400 * 365))
print(os.time{year = 2024, month = 2, day = 30, hour = 12} % 86400)
print(os.setlocale(), os.setlocale("C"), os.setlocale("xx_YY"))
