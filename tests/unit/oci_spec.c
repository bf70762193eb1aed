/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json: each kind of field is decoded, and what is wrong, or asks for
 * what cannot be had, is refused with its path.
 * objs: runnc/spec.c runnc/spec_linux.c runnc/spec_process.c
 * runnc/spec_resources.c runnc/spec_seccomp.c runnc/mount_options.c
 * runnc/json.c runnc/util.c runnc/log.c common/err.c common/io.c
 * libs: -ljansson
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "runnc/json.h"
#include "runnc/log.h"
#include "runnc/spec.h"

#define TOP "\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"}"
#define NS "\"namespaces\":[{\"type\":\"mount\"}]"
#define WITH_LINUX(fields) "{" TOP ",\"linux\":{" NS "," fields "}}"
#define WITH_RESOURCES(fields) WITH_LINUX("\"resources\":{" fields "}")
#define WITH(fields) "{" TOP "," fields ",\"linux\":{" NS "}}"
#define WITH_PROCESS(fields) WITH("\"process\":{\"cwd\":\"/\"," fields "}")

static unsigned test_count;
static bool has_failed;

static void report(bool is_good, const char *what, const char *seen)
{
    has_failed |= !is_good;
    printf("%sok %u - %s%s%s\n", is_good ? "" : "not ", ++test_count, what,
           is_good ? "" : ": ", is_good ? "" : seen);
}

static const struct refusal {
    const char *what, *config, *text;
} refusals[] = {
    {"no JSON", "{", "line 1"},
    {"a key twice", "{\"root\":1,\"root\":2}", "duplicate"},
    {"no version", "{\"root\":{\"path\":\"r\"}}", "ociVersion is missing"},
    {"a strange version",
     "{\"ociVersion\":\"invalid\",\"root\":{\"path\":\"r\"}}", "ociVersion"},
    {"no root", "{\"ociVersion\":\"1.0.2\"}", "root is missing"},
    {"no mount namespace", "{" TOP ",\"linux\":{\"namespaces\":[]}}",
     "mount namespace"},
    {"another platform", WITH("\"windows\":{\"x\":1}"), "windows"},
    {"a relative cwd", WITH("\"process\":{\"cwd\":\"x\"}"), "process.cwd"},
    {"a number for a string", WITH("\"hostname\":7"), "hostname: 7"},
    {"a name without its namespace", WITH("\"hostname\":\"h\""), "uts"},
    {"a NUL in an argument", WITH_PROCESS("\"args\":[\"a\\u0000b\"]"), "u0000"},
    {"an unknown capability",
     WITH_PROCESS("\"capabilities\":{\"bounding\":[\"CAP_X\"]}"), "CAP_X"},
    {"an unknown limit",
     WITH_PROCESS("\"rlimits\":[{\"type\":\"X\",\"soft\":1,\"hard\":1}]"),
     "unknown limit"},
    {"a limit twice",
     WITH_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}"
                  ",{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]"),
     "twice"},
    {"soft above hard",
     WITH_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":2,"
                  "\"hard\":1}]"),
     "above hard"},
    {"a variable without =", WITH_PROCESS("\"env\":[\"A\"]"), "NAME=VALUE"},
    {"an oom score out of range", WITH_PROCESS("\"oomScoreAdj\":1001"),
     "-1000 to 1000"},
    {"a uid that is none", WITH_PROCESS("\"user\":{\"uid\":4294967295}"),
     "no id"},
    {"a hook's relative path",
     WITH("\"hooks\":{\"prestart\":[{\"path\":\"x\"}]}"), "hooks.prestart[0]"},
    {"a hook without time",
     WITH("\"hooks\":{\"poststop\":[{\"path\":\"/x\",\"timeout\":0}]}"),
     "seconds > 0"},
    {"a bind without source",
     WITH("\"mounts\":[{\"destination\":\"/d\",\"type\":\"bind\"}]"), "source"},
    {"a mount without type", WITH("\"mounts\":[{\"destination\":\"/d\"}]"),
     "type is missing"},
    {"an id-mapped mount",
     WITH("\"mounts\":[{\"destination\":\"/d\",\"type\":\"tmpfs\","
          "\"options\":[\"idmap\"]}]"),
     "bind mount"},
    {"an unknown namespace",
     "{" TOP ",\"linux\":{\"namespaces\":[{\"type\":\"x\"}]}}",
     "unknown namespace"},
    {"a namespace twice",
     "{" TOP ",\"linux\":{\"namespaces\":[{\"type\":\"pid\"},"
     "{\"type\":\"pid\"}]}}",
     "twice"},
    {"maps without a user namespace",
     WITH_LINUX("\"uidMappings\":[{\"size\":1}]"), "user namespace"},
    {"a sysctl of the host", WITH_LINUX("\"sysctl\":{\"vm.swappiness\":\"1\"}"),
     "the host's"},
    {"a sysctl that leads elsewhere",
     WITH_LINUX("\"sysctl\":{\"net/../vm/x\":\"1\"}"), "no name"},
    {"a sysctl without its namespace",
     WITH_LINUX("\"sysctl\":{\"net.core.somaxconn\":\"1\"}"), "network"},
    {"a relative masked path", WITH_LINUX("\"maskedPaths\":[\"x\"]"),
     "maskedPaths"},
    {"a device that is none",
     WITH_LINUX("\"devices\":[{\"path\":\"/d\",\"type\":\"c\","
                "\"major\":5000,\"minor\":0}]"),
     "no device"},
    {"a seccomp agent",
     WITH_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}"),
     "agent"},
    {"an errno of an action that has none",
     WITH_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
                "\"defaultErrnoRet\":1}"),
     "no errno"},
    {"an unknown seccomp operator",
     WITH_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
                "\"syscalls\":[{\"names\":[\"read\"],\"action\":"
                "\"SCMP_ACT_LOG\",\"args\":[{\"index\":0,\"value\":1,"
                "\"op\":\"SCMP_CMP_X\"}]}]}"),
     "SCMP_CMP_X"},
    {"an unknown seccomp action",
     WITH_LINUX("\"seccomp\":{\"defaultAction\":\"X\"}"), "unknown action"},
    {"intelRdt", WITH_LINUX("\"intelRdt\":{\"closID\":\"x\"}"), "intelRdt"},
    {"swap below memory",
     WITH_RESOURCES("\"memory\":{\"limit\":20,\"swap\":10}"), "less than"},
    {"a device rule of no kind",
     WITH_RESOURCES("\"devices\":[{\"allow\":true,\"type\":\"x\"}]"), "type"},
    {"access of no kind",
     WITH_RESOURCES("\"devices\":[{\"allow\":true,\"access\":\"x\"}]"), "rwm"},
    {"a unified file elsewhere",
     WITH_RESOURCES("\"unified\":{\"../x.y\":\"1\"}"), "unified"},
    {"a weight out of range", WITH_RESOURCES("\"blockIO\":{\"weight\":5}"),
     "10 to"},
    {"RDMA", WITH_RESOURCES("\"rdma\":{\"x\":{\"hcaHandles\":1}}"), "RDMA"},
};

static void test_refusals(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *refusal = &refusals[i];
        struct err err = {.text = "accepted"};
        char name[80];
        struct spec *spec =
            spec_parse(refusal->config, strlen(refusal->config), &err);
        snprintf(name, sizeof name, "refuses %s", refusal->what);
        report(!spec && strstr(err.text, refusal->text), name, err.text);
        spec_free(spec);
    }
}

static const char whole[] = WITH_LINUX(
    "\"resources\":{\"memory\":{\"limit\":-1},\"cpu\":{\"shares\":0},"
    "\"devices\":[{\"allow\":false}]},\"unknown\":1") "\n";

static void test_decoding(void)
{
    static const char mounts[] =
        WITH("\"mounts\":[{\"destination\":\"/d\",\"source\":\"/s\","
             "\"options\":[\"ro\",\"rw\",\"rbind\",\"rslave\",\"nosuid\"]},"
             "{\"destination\":\"/t\",\"type\":\"tmpfs\","
             "\"options\":[\"size=1k\",\"noexec\",\"mode=7\"]},"
             "{\"destination\":\"/r\",\"source\":\"/s\","
             "\"options\":[\"rbind\",\"rro\",\"rrw\",\"rnoatime\",\"rsuid\","
             "\"rnosuid\"]}]");
    struct err err = {.text = ""};
    struct spec *spec = spec_parse(whole, strlen(whole), &err);
    const struct spec_resources *res = spec ? &spec->os.resources : NULL;
    report(spec != NULL, "ignores an unknown field", err.text);
    report(res && res->has_limit && res->limit == -1 && !res->has_pids &&
               !res->shares,
           "tells unlimited from unset", "");
    report(res && res->device_count == 1 && res->devices[0].type == 'a' &&
               res->devices[0].major == -1 && res->devices[0].access == 7,
           "a device rule without fields is for all devices", "");
    spec_free(spec);

    spec = spec_parse(mounts, strlen(mounts), &err);
    const struct spec_mount *bind = spec ? &spec->mounts[0] : NULL;
    report(bind && bind->is_bind && bind->is_recursive &&
               bind->flags == MS_NOSUID && bind->clear == MS_RDONLY &&
               !bind->is_readonly && bind->propagation == (MS_SLAVE | MS_REC),
           "of contradicting options the last one counts", err.text);
    report(spec &&
               spec->mounts[2].attr_set ==
                   (MOUNT_ATTR_NOATIME | MOUNT_ATTR_NOSUID) &&
               spec->mounts[2].attr_clear ==
                   (MOUNT_ATTR__ATIME | MOUNT_ATTR_RDONLY) &&
               !spec->mounts[2].is_readonly,
           "so it is with those for all mounts below", err.text);
    report(spec && spec->mount_count == 3 &&
               !strcmp(spec->mounts[1].data, "size=1k,mode=7") &&
               spec->mounts[1].flags == MS_NOEXEC,
           "options that are no flags are the file system's", err.text);
    spec_free(spec);
}

int main(void)
{
    static const struct globals globals;
    log_init(&globals);
    test_refusals();
    test_decoding();
    json_release_all();
    printf("1..%u\n", test_count);
    return has_failed;
}
