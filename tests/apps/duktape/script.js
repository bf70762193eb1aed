// SPDX-License-Identifier: Apache-2.0
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print(fib(20));
print([3, 1, 10, 2].sort(), [3, 1, 10, 2].sort(function (a, b) { return a - b; }));
print(JSON.stringify({a: [1, 2, {b: null}], s: '\u20ac\n', n: 1 / 3, t: true}, null, 2));
print('a1b22c333'.replace(/\d+/g, function (m) { return '<' + m.length + '>'; }));
print(/(\w+)@(\w+)\.org/.exec('mail someone@example.org now').slice(1));
print(0.1 + 0.2, 1e21, 1 / 0, -1 / 0, 0 / 0, 123456789012345680000, 5e-324);
print((1234.5678).toFixed(2), (255).toString(16), (0.5).toString(2), (1e-7).toPrecision(3));
print(Math.max(1, 2, 3), Math.round(-0.5), Math.pow(2, 0.5).toFixed(12), Math.atan2(1, 2).toFixed(12));
print(new Date(Date.UTC(2024, 1, 29, 12, 30, 15, 250)).toISOString());
try { undefined.x; } catch (e) { print(e instanceof TypeError, e.message); }
var o = {};
for (var i = 0; i < 2000; i++) { o['k' + i * 7919 % 2003] = i; }
print(Object.keys(o).length, Object.keys(o).slice(0, 5).join());
var buf = new Uint8Array(16);
for (i = 0; i < 16; i++) { buf[i] = i * i; }
print(Array.prototype.slice.call(buf).join(' '), new Float64Array(buf.buffer)[1]);
print(encodeURIComponent('äö & ü'), escape('a b'), parseInt('0x1f'), parseFloat('3.14abc'));
var t = new Duktape.Thread(function (x) { for (;;) { x = Duktape.Thread.yield(x * 2); } });
print(Duktape.Thread.resume(t, 1), Duktape.Thread.resume(t, 21));
print(eval('1+1'), typeof Proxy, [1, [2, [3]]].toString(), 'abc'.charCodeAt(1));
