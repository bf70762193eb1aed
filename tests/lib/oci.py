# SPDX-License-Identifier: Apache-2.0
"""Makes OCI layouts and archives of docker save, good and bad, for tests.

A layer is a list of files: file(name, contents, mode=..., uid=..., ...),
dir_(name), link(name, to), hard(name, to), node(name, "c", 1, 3), raw(bytes);
tar(list) makes its archive. Layout(path).image(layers, config) writes it.
"""
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import tarfile

OCI = "application/vnd.oci.image."


def entry(name, kind, **more):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = more.pop("mode", 0o755 if kind == tarfile.DIRTYPE else 0o644)
    info.mtime = more.pop("mtime", 1000000000)
    data = more.pop("data", b"")
    for key in ("uid", "gid", "linkname", "devmajor", "devminor"):
        if key in more:
            setattr(info, key, more.pop(key))
    info.pax_headers = dict(more.pop("pax", {}))
    for key, value in more.pop("xattrs", {}).items():
        info.pax_headers["SCHILY.xattr." + key] = value
    assert not more, more
    info.size = len(data)
    return info, data


def file(name, data=b"", **more):
    if isinstance(data, str):
        data = data.encode()
    return entry(name, tarfile.REGTYPE, data=data, **more)


def dir_(name, **more):
    return entry(name, tarfile.DIRTYPE, **more)


def link(name, to, **more):
    return entry(name, tarfile.SYMTYPE, linkname=to, **more)


def hard(name, to, **more):
    return entry(name, tarfile.LNKTYPE, linkname=to, **more)


def node(name, kind, major=0, minor=0, **more):
    kinds = {"c": tarfile.CHRTYPE, "b": tarfile.BLKTYPE, "p": tarfile.FIFOTYPE}
    return entry(name, kinds[kind], devmajor=major, devminor=minor, **more)


def raw(data):
    return None, data


def tar(entries, form=tarfile.PAX_FORMAT, end=True):
    out = bytearray()
    for info, data in entries:
        if info is None:
            out += data
            continue
        out += info.tobuf(form, "utf-8", "surrogateescape")
        out += data + bytes(-len(data) % 512)
    return bytes(out) + (bytes(1024) if end else b"")


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def pack(data, how):
    if how == "gzip":
        return gzip.compress(data, 6, mtime=0), "+gzip"
    if how == "zstd":
        return subprocess.run(["zstd", "-qc"], input=data, check=True,
                              stdout=subprocess.PIPE).stdout, "+zstd"
    return data, ""


def config_of(diff_ids, config=None, **more):
    return dict({"architecture": "amd64", "os": "linux",
                 "created": "2020-01-02T03:04:05Z", "config": config or {},
                 "rootfs": {"type": "layers", "diff_ids": diff_ids}}, **more)


class Layout:
    def __init__(self, path):
        self.path = path
        self.manifests = []
        os.makedirs(path + "/blobs/sha256", exist_ok=True)
        with open(path + "/oci-layout", "w") as out:
            json.dump({"imageLayoutVersion": "1.0.0"}, out)

    def blob(self, data, kind, **more):
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        digest = sha(data)
        with open(self.path + "/blobs/" + digest.replace(":", "/"), "wb") as out:
            out.write(data)
        return dict({"mediaType": kind, "digest": digest, "size": len(data)},
                    **more)

    def manifest(self, layers, config=None, how="gzip", **more):
        """Layers are archives' bytes; more goes to the configuration."""
        found = []
        for layer in layers:
            data, suffix = pack(layer, how)
            found.append(self.blob(data, OCI + "layer.v1.tar" + suffix))
        document = config_of([sha(layer) for layer in layers], config, **more)
        return self.blob({"schemaVersion": 2, "layers": found,
                          "config": self.blob(document, OCI + "config.v1+json")},
                         OCI + "manifest.v1+json")

    def add(self, descriptor, ref=None):
        if ref:
            descriptor = dict(descriptor, annotations={
                "org.opencontainers.image.ref.name": ref})
        self.manifests.append(descriptor)
        with open(self.path + "/index.json", "w") as out:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, out)

    def image(self, layers, config=None, how="gzip", ref=None, **more):
        self.add(self.manifest(layers, config, how, **more), ref)


def docker_archive(path, layers, config=None, tags=None, names=None, extra=(),
                   drop=()):
    """names: what the layers are called in it; extra: entries; drop: names."""
    document = json.dumps(config_of([sha(layer) for layer in layers],
                                    config)).encode()
    own = hashlib.sha256(document).hexdigest() + ".json"
    names = names or ["%d/layer.tar" % i for i in range(len(layers))]
    manifest = [{"Config": own, "RepoTags": tags, "Layers": names}]
    entries = list(extra)
    for name, layer in zip(names, layers):
        if name not in [item[0].name for item in extra if item[0]]:
            entries.append(file(name, layer))
    entries += [file(own, document),
                file("manifest.json", json.dumps(manifest))]
    with open(path, "wb") as out:
        out.write(tar([e for e in entries if not e[0] or e[0].name not in drop]))


def sparse_01(name, size, parts):
    """A sparse file of GNU tar's PAX format 1.0; parts: offset, bytes."""
    text = "%d\n" % len(parts)
    for offset, data in parts:
        text += "%d\n%d\n" % (offset, len(data))
    head = text.encode() + bytes(-len(text) % 512)
    pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
           "GNU.sparse.name": name, "GNU.sparse.realsize": str(size)}
    return file("GNUSparseFile.0/" + name,
                head + b"".join(data for _, data in parts), pax=pax)


def crafted(name=b"x", size=b"00000000000\0", kind=b"0", mode=b"0000644\0",
            uid=b"0000000\0", target=b"", mtime=b"00000000000\0"):
    """One header, every field as given, with a right checksum."""
    head = struct.pack("100s8s8s8s12s12s8ss100s8s247x", name, mode, uid,
                       b"0000000\0", size, mtime, b" " * 8, kind, target,
                       b"ustar\x0000")
    total = sum(head)
    return raw(head[:148] + b"%06o\0 " % total + head[156:])


def members(data):
    return tarfile.open(fileobj=io.BytesIO(data))
