/* SPDX-License-Identifier: Apache-2.0 */
/*
 * septum-systemd: asks systemd for runnc, which is static and can't have the
 * library that speaks D-Bus. One operation and its end:
 *
 *   start UNIT PID PROPERTY...  a transient scope with that process; prints the
 *                               path of its cgroup
 *   set UNIT PROPERTY...        changes it, until it ends
 *   stop UNIT DESCRIPTION       and forgets it; none of that name, or with
 *                               another description, is fine
 *
 * A property is NAME=TYPE:VALUE, the type one of D-Bus: s text, b yes or no,
 * t a number or max, ay hexadecimal, a(ss) "A B,C D". What goes wrong is a line
 * on standard output, with status 1. org.freedesktop.systemd1(5), sd-bus(3).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define MANAGER "org.freedesktop.systemd1", "/org/freedesktop/systemd1"
#define IFACE "org.freedesktop.systemd1.Manager"
#define NAME "org.freedesktop.systemd1."
#define PRIVATE "unix:path=/run/systemd/private"
#define JOB_WAIT_US 30000000u
#define BYTES_MAX 4096u

/* A job that was asked for, and what became of it. */
struct job {
    char path[256];
    char result[32]; /* "done", "failed", ...; empty: not yet */
};

struct manager {
    sd_bus *bus;
    struct job job;
    sd_bus_error error;
};

/* Says what is wrong; the caller ends with it. */
static int fail(struct manager *manager, const char *what, int rc)
{
    const char *text = manager->error.message;
    printf("%s: %s\n", what, text ? text : strerror(-rc));
    return -1;
}

/* The system's manager has a socket for root, which works without a bus. */
static int connect_system(sd_bus **bus)
{
    sd_bus *own = NULL;
    if (geteuid() == 0 && sd_bus_new(&own) >= 0) {
        if (sd_bus_set_address(own, PRIVATE) >= 0 && sd_bus_start(own) >= 0) {
            *bus = own;
            return 0;
        }
        sd_bus_unref(own);
    }
    return sd_bus_open_system(bus);
}

static int note_job(sd_bus_message *message, void *userdata,
                    sd_bus_error *error)
{
    struct job *job = userdata;
    const char *path, *unit, *result;
    uint32_t id;
    (void)error;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0 &&
        !strcmp(path, job->path))
        snprintf(job->result, sizeof job->result, "%s", result);
    return 0;
}

static int open_manager(struct manager *manager, bool is_user)
{
    int rc = is_user ? sd_bus_open_user(&manager->bus)
                     : connect_system(&manager->bus);
    if (rc < 0)
        return fail(manager, is_user ? "reach the user's bus" : "reach it", rc);
    /* Only its own word counts, where others could send signals, too. */
    bool is_bus = sd_bus_is_bus_client(manager->bus) > 0;
    rc = sd_bus_match_signal(manager->bus, NULL,
                             is_bus ? "org.freedesktop.systemd1" : NULL,
                             "/org/freedesktop/systemd1", IFACE, "JobRemoved",
                             note_job, &manager->job);
    if (rc >= 0 && is_bus)
        rc = sd_bus_call_method(manager->bus, MANAGER, IFACE, "Subscribe",
                                &manager->error, NULL, "");
    return rc < 0 ? fail(manager, "wait for its jobs", rc) : 0;
}

static uint64_t now_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always exists */
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The reply names the job. */
static int await_job(struct manager *manager, sd_bus_message *reply)
{
    uint64_t end = now_us() + JOB_WAIT_US;
    const char *path;
    int rc = sd_bus_message_read(reply, "o", &path);
    if (rc < 0)
        return rc;
    snprintf(manager->job.path, sizeof manager->job.path, "%s", path);
    while (!*manager->job.result) {
        rc = sd_bus_process(manager->bus, NULL);
        if (rc < 0)
            return rc;
        if (rc > 0)
            continue;
        uint64_t now = now_us();
        if (now >= end)
            return -ETIMEDOUT;
        rc = sd_bus_wait(manager->bus, end - now);
        if (rc < 0 && rc != -EINTR)
            return rc;
    }
    return 0;
}

static int append_bytes(sd_bus_message *message, const char *hex)
{
    static uint8_t bytes[BYTES_MAX];
    size_t count = strlen(hex) / 2;
    for (size_t i = 0; i < count && i < BYTES_MAX; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &bytes[i]) != 1)
            return -EINVAL;
    return count > BYTES_MAX
               ? -E2BIG
               : sd_bus_message_append_array(message, 'y', bytes, count);
}

static int append_pairs(sd_bus_message *message, char *text)
{
    char *save, *save_word;
    int rc = sd_bus_message_open_container(message, 'a', "(ss)");
    for (char *pair = strtok_r(text, ",", &save); pair && rc >= 0;
         pair = strtok_r(NULL, ",", &save)) {
        const char *first = strtok_r(pair, " ", &save_word);
        const char *second = strtok_r(NULL, " ", &save_word);
        rc = first && second
                 ? sd_bus_message_append(message, "(ss)", first, second)
                 : -EINVAL;
    }
    return rc < 0 ? rc : sd_bus_message_close_container(message);
}

static int append_value(sd_bus_message *message, const char *type, char *value)
{
    if (!strcmp(type, "s"))
        return sd_bus_message_append(message, "s", value);
    if (!strcmp(type, "b"))
        return sd_bus_message_append(message, "b", !strcmp(value, "yes"));
    if (!strcmp(type, "t"))
        return sd_bus_message_append(message, "t",
                                     strcmp(value, "max") != 0
                                         ? (uint64_t)strtoull(value, NULL, 10)
                                         : UINT64_MAX);
    if (!strcmp(type, "ay"))
        return append_bytes(message, value);
    return strcmp(type, "a(ss)") != 0 ? -EINVAL : append_pairs(message, value);
}

/* NAME=TYPE:VALUE; the words stay as they are: a call may be sent twice. */
static int append_property(sd_bus_message *message, const char *word)
{
    char *text = strdup(word);
    char *type = text ? strchr(text, '=') : NULL;
    char *value = type ? strchr(type, ':') : NULL;
    int rc = text ? -EINVAL : -ENOMEM;

    if (value) {
        *type++ = *value++ = 0;
        rc = sd_bus_message_open_container(message, 'r', "sv");
        if (rc >= 0)
            rc = sd_bus_message_append(message, "s", text);
        if (rc >= 0)
            rc = sd_bus_message_open_container(message, 'v', type);
        if (rc >= 0)
            rc = append_value(message, type, value);
        if (rc >= 0)
            rc = sd_bus_message_close_container(message);
        if (rc >= 0)
            rc = sd_bus_message_close_container(message);
    }
    free(text);
    return rc;
}

/* pid: of the scope's process, or 0 */
static int append_properties(sd_bus_message *message, char **words,
                             uint32_t pid)
{
    int rc = sd_bus_message_open_container(message, 'a', "(sv)");
    if (rc >= 0 && pid)
        rc = sd_bus_message_append(message, "(sv)", "PIDs", "au", 1, pid);
    for (; rc >= 0 && *words; words++)
        rc = append_property(message, *words);
    return rc < 0 ? rc : sd_bus_message_close_container(message);
}

static int call_start(struct manager *manager, char **args,
                      sd_bus_message **reply)
{
    sd_bus_message *call = NULL;
    int rc = sd_bus_message_new_method_call(manager->bus, &call, MANAGER, IFACE,
                                            "StartTransientUnit");
    if (rc >= 0)
        rc = sd_bus_message_append(call, "ss", args[0], "replace");
    if (rc >= 0)
        rc = append_properties(call, args + 2,
                               (uint32_t)strtoul(args[1], NULL, 10));
    if (rc >= 0)
        rc = sd_bus_message_append(call, "a(sa(sv))", 0); /* no other units */
    if (rc >= 0)
        rc = sd_bus_call(manager->bus, call, 0, &manager->error, reply);
    sd_bus_message_unref(call);
    return rc;
}

static void forget(struct manager *manager, const char *unit)
{
    sd_bus_error ignored = SD_BUS_ERROR_NULL;
    (void)sd_bus_call_method(manager->bus, MANAGER, IFACE, "ResetFailedUnit",
                             &ignored, NULL, "s", unit); /* it may be gone */
    sd_bus_error_free(&ignored);
}

/* The caller frees *value. */
static int get_text(struct manager *manager, const char *unit,
                    const char *interface, const char *name, char **value)
{
    char *path = NULL;
    int rc = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
    if (rc >= 0)
        rc = sd_bus_get_property_string(
            manager->bus, "org.freedesktop.systemd1", path, interface, name,
            &manager->error, value);
    free(path);
    return rc;
}

static int print_cgroup(struct manager *manager, const char *unit)
{
    char *cgroup = NULL;
    int rc = get_text(manager, unit, NAME "Scope", "ControlGroup", &cgroup);
    if (rc >= 0 && puts(cgroup) < 0)
        rc = -EIO;
    free(cgroup);
    return rc;
}

static int start(struct manager *manager, char **args)
{
    sd_bus_message *reply = NULL;
    int rc = call_start(manager, args, &reply);
    if (rc < 0 && sd_bus_error_has_name(&manager->error, NAME "UnitExists")) {
        forget(manager, args[0]); /* if it is one that failed before */
        sd_bus_error_free(&manager->error);
        rc = call_start(manager, args, &reply);
    }
    if (rc >= 0)
        rc = await_job(manager, reply);
    if (rc >= 0 && strcmp(manager->job.result, "done") != 0) {
        printf("start %s: its job ended with \"%s\"\n", args[0],
               manager->job.result);
        return -1;
    }
    if (rc >= 0)
        rc = print_cgroup(manager, args[0]);
    return rc < 0 ? fail(manager, "start the scope", rc) : 0;
}

static int set(struct manager *manager, char **args)
{
    sd_bus_message *call = NULL;
    int rc = sd_bus_message_new_method_call(manager->bus, &call, MANAGER, IFACE,
                                            "SetUnitProperties");
    if (rc >= 0)
        rc = sd_bus_message_append(call, "sb", args[0], true); /* runtime */
    if (rc >= 0)
        rc = append_properties(call, args + 1, 0);
    if (rc >= 0)
        rc = sd_bus_call(manager->bus, call, 0, &manager->error, NULL);
    sd_bus_message_unref(call);
    return rc < 0 ? fail(manager, "set properties", rc) : 0;
}

/* Of a unit that does not exist the description is its name. */
static int stop(struct manager *manager, char **args)
{
    sd_bus_message *reply = NULL;
    char *description = NULL;
    int rc =
        get_text(manager, args[0], NAME "Unit", "Description", &description);
    bool is_ours = rc >= 0 && !strcmp(description, args[1]);
    free(description);
    if (rc >= 0 && !is_ours)
        return 0;
    if (rc >= 0)
        rc = sd_bus_call_method(manager->bus, MANAGER, IFACE, "StopUnit",
                                &manager->error, &reply, "ss", args[0],
                                "replace");
    if (rc < 0 && sd_bus_error_has_name(&manager->error, NAME "NoSuchUnit"))
        return 0;
    if (rc >= 0)
        rc = await_job(manager, reply);
    if (is_ours)
        forget(manager, args[0]);
    return rc < 0 ? fail(manager, "stop the scope", rc) : 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct manager *manager, char **args);
        int arg_min;
    } table[] = {{"start", start, 2}, {"set", set, 1}, {"stop", stop, 2}};
    static struct manager manager;
    bool is_user = argc > 1 && !strcmp(argv[1], "--user");
    char **args = argv + 1 + is_user;
    int count = argc - 1 - is_user;

    if (count > 0 && !strcmp(args[0], "--version"))
        return puts("septum-systemd " SEPTUM_VERSION) < 0;
    for (size_t i = 0; count > 0 && i < sizeof table / sizeof *table; i++) {
        if (strcmp(args[0], table[i].name) != 0 || count - 1 < table[i].arg_min)
            continue;
        int rc = open_manager(&manager, is_user);
        if (rc == 0)
            rc = table[i].run(&manager, args + 1);
        sd_bus_flush_close_unref(manager.bus);
        return rc < 0 || fflush(stdout) != 0;
    }
    puts("usage: septum-systemd [--user] start UNIT PID PROPERTY...\n"
         "       septum-systemd [--user] set UNIT PROPERTY...\n"
         "       septum-systemd [--user] stop UNIT DESCRIPTION\n"
         "Asks systemd for runnc(1): man septum-systemd");
    return count > 0 && !strcmp(args[0], "--help") ? 0 : 2;
}
