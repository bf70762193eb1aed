-- SPDX-License-Identifier: Apache-2.0
print(select("#", ...), ...)
for i = 0, #arg do
    print(i, (arg[i]:gsub(".*/", "")))
end
print(os.getenv("NO_SUCH_VARIABLE"))
