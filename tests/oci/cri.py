#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cri.py SOCKET COMMAND ...: Kubernetes' Container Runtime Interface, v1, as
kubelet speaks it, as far as the tests need it. Debian has no crictl.

  run-pod NAME HANDLER LOG_DIR        prints the pod's ID
  pod-ip POD | stop-pod POD | rm-pod POD | pods
  create POD NAME IMAGE LOG_DIR JSON  prints the container's ID; JSON may
                      have command, args, env, mounts, memory, annotations
  start ID | stop ID SECONDS | rm ID | list
  status ID                           prints created, running or exited CODE
  exec ID WORDS...                    prints the output; status is the command's
  memory ID                           prints the working set in bytes
  update ID BYTES                     changes the limit of memory

Messages are written by hand: numbers of fields are those of the CRI's
api.proto (package runtime.v1), the encoding is Protocol Buffers'.
"""
import json
import sys

import grpc

STATES = ["created", "running", "exited", "unknown"]


def varint(value):
    """A base 128 varint."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def encode(fields):
    """{number: int, str, bytes, dict (message), or list of these}."""
    out = b""
    for number, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, int):
                out += varint(number << 3) + varint(item)
                continue
            if isinstance(item, dict):
                item = encode(item)
            elif isinstance(item, str):
                item = item.encode()
            out += varint(number << 3 | 2) + varint(len(item)) + item
    return out


def pairs(mapping):
    """A map<string, string>: messages of key and value."""
    return [{1: key, 2: value} for key, value in mapping.items()]


def read_varint(data, at):
    """The value and the offset behind it."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def decode(data):
    """{number: [int or bytes, ...]}."""
    fields = {}
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            size, at = read_varint(data, at)
            value = data[at : at + size]
            at += size
        else:
            raise ValueError(f"wire type {key & 7}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def inside(data, *path):
    """The first value at a path of field numbers; 0 where there is none."""
    for number in path:
        data = decode(data).get(number, [0])[0]
        if data == 0:
            break
    return data


class Cri:
    """A connection: call(METHOD, FIELDS) gives the answer's bytes."""

    def __init__(self, socket):
        self.channel = grpc.insecure_channel(
            "unix:" + socket, options=[("grpc.enable_http_proxy", 0)]
        )

    def call(self, method, fields):
        path = "/runtime.v1.RuntimeService/" + method
        return self.channel.unary_unary(path)(encode(fields), timeout=20)


def pod_config(name, log_dir):
    """PodSandboxConfig; pids are each container's own, as kubelet's default."""
    return {
        1: {1: name, 2: "uid-" + name, 3: "default"},
        2: name,
        3: log_dir,
        4: {1: ["192.0.2.53"]},
        8: {2: {1: {2: 1}}},
    }


def run_pod(cri, name, handler, log_dir):
    print(
        inside(
            cri.call(
                "RunPodSandbox", {1: pod_config(name, log_dir), 2: handler}
            ),
            1,
        ).decode()
    )


def create(cri, pod, name, image, log_dir, text):
    want = json.loads(text)
    config = {
        1: {1: name},
        2: {1: image},
        3: want.get("command", []),
        4: want.get("args", []),
        6: pairs(want.get("env", {})),
        7: [
            {1: inner, 2: outer, 3: int(readonly)}
            for inner, outer, readonly in want.get("mounts", [])
        ],
        10: pairs(want.get("annotations", {})),
        11: name + ".log",
        15: {
            1: {4: want.get("memory", 0)},
            2: {3: {2: 1}},
        },
    }
    answer = cri.call(
        "CreateContainer", {1: pod, 2: config, 3: pod_config("pod", log_dir)}
    )
    print(inside(answer, 1).decode())


def status(cri, container):
    found = inside(cri.call("ContainerStatus", {1: container}), 1)
    state = STATES[inside(found, 3)]
    print(f"{state} {inside(found, 7)}" if state == "exited" else state)


def show_ids(cri, method):
    for item in decode(cri.call(method, {})).get(1, []):
        print(inside(item, 1).decode())


def execute(cri, container, *words):
    answer = cri.call("ExecSync", {1: container, 2: list(words), 3: 10})
    for number in 1, 2:
        sys.stdout.write((inside(answer, number) or b"").decode())
    sys.exit(inside(answer, 3))


def simple(method):
    """A call that takes an ID and says nothing."""
    return lambda cri, ident: cri.call(method, {1: ident})


COMMANDS = {
    "run-pod": run_pod,
    "pod-ip": lambda cri, pod: print(
        inside(cri.call("PodSandboxStatus", {1: pod}), 1, 5, 1).decode()
    ),
    "stop-pod": simple("StopPodSandbox"),
    "rm-pod": simple("RemovePodSandbox"),
    "pods": lambda cri: show_ids(cri, "ListPodSandbox"),
    "create": create,
    "start": simple("StartContainer"),
    "stop": lambda cri, ident, seconds: cri.call(
        "StopContainer", {1: ident, 2: int(seconds)}
    ),
    "rm": simple("RemoveContainer"),
    "list": lambda cri: show_ids(cri, "ListContainers"),
    "status": status,
    "exec": execute,
    "memory": lambda cri, ident: print(
        inside(cri.call("ContainerStats", {1: ident}), 1, 3, 2, 1)
    ),
    "update": lambda cri, ident, size: cri.call(
        "UpdateContainerResources", {1: ident, 2: {4: int(size)}}
    ),
}

try:
    COMMANDS[sys.argv[2]](Cri(sys.argv[1]), *sys.argv[3:])
except grpc.RpcError as error:
    sys.exit(f"cri: {sys.argv[2]}: {error.details()}")
