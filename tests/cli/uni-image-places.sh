# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Where images come from and go to: closed streams, links, special files,
# layouts with several images, folders that are there; and limits that hold
# for all layers together.
set -eu
export PYTHONPATH=$ROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
# shellcheck source=tests/lib/refuse.sh
. "$ROOT/tests/lib/refuse.sh"
echo 'int main(void) { return 0; }' >app.c
uni-build app.c
cat >make.py <<'P'
from oci import *
app = file("app.uni", open("app.uni", "rb").read(), mode=0o755)
config = {"Entrypoint": ["/app.uni"]}
def make(name, *layers, **more):
    Layout(name).image([tar(layer) for layer in layers], dict(config, **more))
make("plain", [app])
make("noted", [app, file("data", b"0123456789" * 20, xattrs={"system.foo": "q"})])
make("deep", [app] + [file("%d/" % i + "a/" * 100 + "f") for i in range(10)])
make("volumes", [app], Volumes={"/v%d/" % i + "a/" * 100: {} for i in range(10)})
make("self", [app, hard("app.uni", "app.uni"), file("a", "1"), hard("b", "a"),
              hard("b", "a")])
make("device", [app, node("d", "b", 5000, 1)])
make("lists", [app, file("a", pax={"SCHILY.acl.access":
    "user::rw-,user:5:r--,group::r--,mask::r--,other::r--"})])
make("three", *[[app, file("f%d" % i, bytes(1 << 20))] for i in range(3)])
two = Layout("two")
two.image([tar([app])], config, ref="one")
two.image([tar([app, file("x")])], config, ref="other")
P
python3 make.py

echo "# closed streams"
uni-image convert oci:noted noted.uni 2>note
grep -q 'attributes left out' note
uni-image convert oci:noted closed.uni 2>&-
cmp noted.uni closed.uni
uni-image convert oci:noted closed.uni 2>&- >&- <&-
cmp noted.uni closed.uni

echo "# links and special files as output"
uni-image convert oci:plain plain.uni
ln -s target.uni link.uni
uni-image convert oci:plain link.uni
[ -L link.uni ] || fail "the link was replaced"
cmp plain.uni target.uni
ln -s /proc/self/fd/1 out
uni-image convert oci:plain out >caught
[ -L out ] || fail "the link to standard output was replaced"
cmp plain.uni caught
uni-image convert oci:plain out | cmp - plain.uni
uni-image convert oci:plain docker-archive:out >caught
uni-image convert docker-archive:caught other.uni
ln -s loop loop
refused 2 "symbolic links" uni-image convert oci:plain loop

echo "# layouts"
refused 1 "several images: expected a name (oci:DIR:REF); there are: one other" \
    uni-image convert oci:two x.uni
uni-image convert oci:two:one x.uni
uni-image convert oci:plain oci:new
uni-image convert oci:noted oci:new 2>/dev/null # in the first one's place
[ "$(grep -o '"digest"' new/index.json | wc -l)" = 1 ] || fail "index.json"
uni-image convert oci:noted oci:fresh 2>/dev/null
layer=$(find fresh/blobs -size +100k)
cp "$layer" good
printf X | dd of="$layer" bs=1 seek=5000 conv=notrunc status=none
uni-image convert oci:noted oci:fresh:again 2>/dev/null
cmp "$layer" good
mv "$layer" outside
ln -s "$PWD/outside" "$layer"
uni-image convert oci:noted oci:fresh:again 2>/dev/null
[ ! -L "$layer" ] || fail "a blob is a link"
mkdir empty linked
(cd empty && uni-image convert oci:../plain oci:.)
uni-image verify oci:empty >/dev/null
ln -s linked link
uni-image convert oci:plain oci:link
uni-image verify oci:linked >/dev/null
[ -L link ] || fail "the link to a folder was replaced"

echo "# limits"
refused 1 "more than 500 files (see --max-entries)" \
    uni-image convert --max-entries 500 oci:deep x.uni
uni-image convert --max-entries 1100 oci:deep x.uni
refused 1 "too many files (see --max-entries)" \
    uni-image convert --max-entries 500 oci:volumes x.uni
uni-image convert --max-entries 1100 oci:volumes x.uni
refused 1 "layer 2: " uni-image convert --max-size 3M oci:three x.uni
uni-image convert --max-size 8M oci:three x.uni
refused 1 "device 5000:1, at most" uni-image convert oci:device x.uni
uni-image convert oci:self x.uni
uni-image convert oci:lists x.uni 2>note
grep -q '1 extended attributes left out' note

echo "# settings"
mkdir -p root/etc
echo web:x:33:34::/srv:/x >root/etc/passwd
uni-build -o users.uni app.c --rootfs root
uni-image build --app users.uni --user web -o x.uni
uni-image inspect x.uni | grep user:
refused 2 "user nobody" uni-image build --app users.uni --user nobody -o x.uni
refused 2 "expected a size" uni-image build --app app.uni --tmpfs /t:1X -o x.uni
refused 2 "uni-image build: unrecognized" uni-image build --nothing
refused 2 "expected FILE" uni-image inspect oci:
refused 1 "uni-image: make.py: expected a .uni" uni-image convert make.py x.uni
uni-image build --app plain.uni --env A=1 --arg one --user 5:6 -o edited.uni
uni-image convert edited.uni oci:edited
uni-image inspect oci:edited | sed -n '/^container/,/^layers/p'
uni-image build --version | cut -d ' ' -f 1

echo "# signals"
mkfifo pipe
(trap '' HUP && exec uni-image convert docker-archive:pipe x.uni 2>err) &
pid=$!
exec 7>pipe
kill -HUP $pid
sleep 0.3
kill -0 $pid || fail "nohup did not hold"
kill $pid
exec 7>&-
wait $pid || :
