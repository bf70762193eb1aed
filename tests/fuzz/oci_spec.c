/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle's config.json, and what `update` and `exec` are given, hold
 * anything: what is accepted keeps what the rest of runnc relies on, what is
 * refused says so in a line.
 * objs: runnc/spec.c runnc/spec_linux.c runnc/spec_process.c
 * runnc/spec_resources.c runnc/spec_seccomp.c runnc/mount_options.c
 * runnc/json.c runnc/util.c runnc/log.c common/err.c common/io.c
 * libs: -ljansson
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runnc/json.h"
#include "runnc/log.h"
#include "runnc/spec.h"
#include "runnc/spec_parts.h"

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void check_strings(const struct spec_strings *strings)
{
    must(strings->count == 0 || strings->at);
    for (size_t i = 0; i < strings->count; i++)
        must(strings->at[i] != NULL);
    must(!strings->at || !strings->at[strings->count]);
}

static void check_process(const struct spec_process *process)
{
    must(process->cwd && process->cwd[0] == '/');
    must(process->umask >= -1 && process->umask <= 0777);
    must(process->args.at && process->env.at);
    check_strings(&process->args);
    check_strings(&process->env);
    for (size_t i = 0; i < process->env.count; i++)
        must(strchr(process->env.at[i], '=') > process->env.at[i]);
    for (size_t i = 0; i < process->rlimit_count; i++)
        must(process->rlimits[i].limit.rlim_cur <=
             process->rlimits[i].limit.rlim_max);
    must(process->uid != UINT32_MAX && process->gid != UINT32_MAX);
}

static void check_hooks(const struct spec_hooks *hooks)
{
    for (size_t i = 0; i < hooks->count; i++) {
        must(hooks->hook[i].path[0] == '/');
        must(!hooks->hook[i].has_timeout || hooks->hook[i].timeout_s > 0);
        check_strings(&hooks->hook[i].args);
        check_strings(&hooks->hook[i].env);
    }
}

static void check_resources(const struct spec_resources *resources)
{
    for (size_t i = 0; i < resources->device_count; i++)
        must(strchr("abc", resources->devices[i].type) &&
             resources->devices[i].access < 8 &&
             resources->devices[i].major >= -1 &&
             resources->devices[i].minor >= -1);
    for (size_t i = 0; i < resources->unified_count; i++)
        must(!strchr(resources->unified[i].key, '/'));
    for (size_t i = 0; i < resources->blkio_count; i++)
        must(resources->blkio[i].key && resources->blkio[i].value);
}

static void check_spec(const struct spec *spec)
{
    must(!strncmp(spec->oci_version, "1.", 2) && spec->root_path[0]);
    if (spec->has_process)
        check_process(&spec->process);
    for (size_t i = 0; i < spec->mount_count; i++) {
        const struct spec_mount *mount = &spec->mounts[i];
        must(mount->destination[0] && mount->type && mount->type[0] &&
             mount->data && !(mount->flags & mount->clear));
        must(!mount->is_bind || mount->source[0]);
    }
    for (unsigned i = 0; i < HOOK_KIND_COUNT; i++)
        check_hooks(&spec->hooks[i]);
    for (unsigned i = 0; i < NS_KIND_COUNT; i++)
        must(!spec->os.ns[i].path || spec->os.ns[i].path[0] == '/');
    must(spec->os.ns[NS_MNT].is_set && !spec->os.ns[NS_MNT].path);
    for (size_t i = 0; i < spec->os.device_count; i++)
        must(spec->os.devices[i].path[0] == '/' &&
             spec->os.devices[i].mode <= 07777);
    for (size_t i = 0; i < spec->os.maps.uid_count; i++)
        must(spec->os.maps.uid[i].size > 0);
    check_resources(&spec->os.resources);
}

static void check_error(const struct err *err)
{
    must(err->code > 0 && err->text[0] && !strchr(err->text, '\n'));
}

/* The parts that come alone: update --resources, exec --process. */
static void parse_parts(const char *text, size_t len)
{
    struct spec_resources resources = {0};
    struct spec_process process = {0};
    struct err err;
    json_t *json = json_text(text, len, "input", &err);
    if (!json) {
        check_error(&err);
        return;
    }
    if (spec_resources_parse(&resources, json, &err) == 0)
        check_resources(&resources);
    else
        check_error(&err);
    if (spec_process_init(&process, &err) == 0 &&
        spec_process_parse(&process, json, &err) == 0)
        check_process(&process);
    else
        check_error(&err);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct globals globals;
    struct err err;

    log_init(&globals);
    struct spec *spec = spec_parse((const char *)data, size, &err);
    if (spec)
        check_spec(spec);
    else
        check_error(&err);
    spec_free(spec);
    parse_parts((const char *)data, size);
    json_release_all();
    return 0;
}
