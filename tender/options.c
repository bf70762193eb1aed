/* SPDX-License-Identifier: Apache-2.0 */
/* The tender's command line: a table and one loop. */
#include "tender/host.h"
#include "tender/options.h"

/* One option as it stood on the command line. */
struct seen {
    const struct option_def *def;
    const char *name; /* after a colon, not terminated; or NULL */
    size_t name_len;
    const char *value; /* or NULL */
};

enum option_flag {
    OPT_VALUE = 1 << 0, /* takes =VALUE, or the next argument */
    OPT_NAME = 1 << 1,  /* takes :NAME */
};
typedef int take_fn(struct options *, const struct seen *, struct err *);

struct option_def {
    char word[10];
    uint8_t flags; /* enum option_flag */
    take_fn *take; /* NULL: sets the bool at `arg` in struct options */
    int arg;
    const char *value;
    const char *help;
};

int options_size(uint64_t *size, const char *text, struct err *err)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    uint64_t factor = 1;

    if (*text < '0' || *text > '9' || errno)
        return err_refuse(err, "size %s is not a number like 64M", text);
    const char *unit = memchr(units, *end & ~0x20, sizeof units - 1);
    if (unit) {
        factor = 1ull << (10 * (unit - units + 1));
        end++;
    }
    if (*end || __builtin_mul_overflow(value, factor, &value))
        return err_refuse(err, "size %s is not a number like 64M", text);
    *size = value;
    return 0;
}

/* A string, kept at `arg` in struct options. */
static int take_string(struct options *options, const struct seen *seen,
                       struct err *err)
{
    (void)err;
    *(const char **)((char *)options + seen->def->arg) = seen->value;
    return 0;
}

static int take_mem(struct options *options, const struct seen *seen,
                    struct err *err)
{
    if (options_size(&options->mem_size, seen->value, err) < 0)
        return err_wrap(err, "--mem");
    if (options->mem_size == 0)
        return err_refuse(err, "--mem: size is 0");
    return 0;
}

static int take_env(struct options *options, const struct seen *seen,
                    struct err *err)
{
    const char *eq = strchr(seen->value, '=');
    if (!eq || eq == seen->value)
        return err_refuse(err, "--env: %s is not NAME=VALUE", seen->value);
    if (options->env_count == OPTIONS_STRING_MAX)
        return err_refuse(err, "--env: more than %u", OPTIONS_STRING_MAX);
    options->env[options->env_count++] = seen->value;
    return 0;
}

/* Handed to the guest as it stands: arg says whether the word is the key. */
static int take_conf(struct options *options, const struct seen *seen,
                     struct err *err)
{
    if (!seen->def->arg) {
        const char *eq = strchr(seen->value, '=');
        if (!eq || eq == seen->value)
            return err_refuse(err, "--conf: %s is not KEY=VALUE", seen->value);
    }
    if (options->conf_count == OPTIONS_STRING_MAX)
        return err_refuse(err, "--conf: more than %u", OPTIONS_STRING_MAX);
    uint32_t i = options->conf_count++;
    options->conf[i].key = seen->def->arg ? seen->def->word : NULL;
    options->conf[i].name = seen->name;
    options->conf[i].name_len = (uint32_t)seen->name_len;
    options->conf[i].value = seen->value ? seen->value : "1";
    return 0;
}

static int take_device(struct options *options, const struct seen *seen,
                       struct err *err)
{
    if (options->device_count == OPTIONS_DEVICE_MAX)
        return err_refuse(err, "more than %u devices", OPTIONS_DEVICE_MAX);
    struct option_device *device = &options->device[options->device_count];
    if (seen->name_len >= UNI_NAME_MAX)
        return err_refuse(err, "--%s: name %.*s is longer than %u characters",
                          seen->def->word, (int)seen->name_len, seen->name,
                          UNI_NAME_MAX - 1);
    *device = (struct option_device){.cls = (uint32_t)seen->def->arg,
                                     .value = seen->value};
    if (seen->name_len)
        memcpy(device->name, seen->name, seen->name_len);
    bool is_mac = seen->def->arg == OPTION_MAC;
    for (uint32_t i = 0; device->name[0] && i < options->device_count; i++)
        if (!strcmp(device->name, options->device[i].name) &&
            is_mac == (options->device[i].cls == OPTION_MAC))
            return err_refuse(err, "--%s: device %s is given twice",
                              seen->def->word, device->name);
    options->device_count++;
    return 0;
}

int options_mac(uint8_t mac[6], const char *text)
{
    if (strspn(text, "0123456789abcdefABCDEF:") != 17 || text[17])
        return -EINVAL;
    for (unsigned i = 0; i < 6; i++, text += 3) {
        char *end;
        mac[i] = (uint8_t)strtoul(text, &end, 16);
        if (end != text + 2 || *end != (i < 5 ? ':' : 0))
            return -EINVAL;
    }
    return 0;
}

static int take_mac(struct options *options, const struct seen *seen,
                    struct err *err)
{
    uint8_t mac[6];
    if (options_mac(mac, seen->value) < 0)
        return err_refuse(err, "--mac: %s is not like 02:00:00:00:00:01",
                          seen->value);
    if (mac[0] & 1)
        return err_refuse(err, "--mac: %s is a group address", seen->value);
    return take_device(options, seen, err);
}

#define AT(field) offsetof(struct options, field)
static const struct option_def defs[] = {
    {"cage", OPT_VALUE, take_string, AT(cage), "seccomp|kvm",
     "how to confine the guest (seccomp)"},
    {"mem", OPT_VALUE, take_mem, 0, "SIZE",
     "space for heap, stacks, files (64M)"},
    {"env", OPT_VALUE, take_env, 0, "K=V", "set an environment variable"},
    {"block", OPT_VALUE | OPT_NAME, take_device, UNI_CLASS_BLOCK,
     "FILE|fd:N[,ro][,SIZE]", "a file as block device; SIZE of blocks"},
    {"net", OPT_VALUE | OPT_NAME, take_device, UNI_CLASS_NET, "TAP|fd:N",
     "a tap interface as network device"},
    {"mac", OPT_VALUE | OPT_NAME, take_mac, OPTION_MAC, "MAC",
     "a network device's address (random)"},
    {"ip", OPT_VALUE | OPT_NAME, take_conf, 1, "ADDR/LEN", "its IP address"},
    {"gw", OPT_VALUE | OPT_NAME, take_conf, 1, "ADDR", "its default gateway"},
    {"dns", OPT_VALUE | OPT_NAME, take_conf, 1, "ADDR", "a name server"},
    {"mtu", OPT_VALUE | OPT_NAME, take_conf, 1, "BYTES", "its packets' size"},
    {"route", OPT_VALUE | OPT_NAME, take_conf, 1, "NET/LEN,ADDR", "a route"},
    {"dhcp", OPT_NAME, take_conf, 1, NULL, "get addresses by DHCP"},
    {"hostname", OPT_VALUE, take_conf, 1, "NAME", "the guest's host name"},
    {"conf", OPT_VALUE, take_conf, 0, "K=V", "any setting, for the guest"},
    {"stream", OPT_VALUE | OPT_NAME, take_device, UNI_CLASS_STREAM, "fd:N",
     "an open socket as stream device"},
    {"core", OPT_VALUE, take_string, AT(core_path), "FILE",
     "core dump of a fault"},
    {"image", OPT_VALUE, take_string, AT(image_fd), "fd:N",
     "the image, open; IMAGE names it"},
    {"kvm", OPT_VALUE, take_string, AT(kvm_fd), "fd:N", "/dev/kvm, open"},
    {"trace", 0, NULL, AT(has_trace), NULL, "print each hypercall to stderr"},
    {"stats", 0, NULL, AT(has_stats), NULL, "print counts and times at exit"},
    {"hidden", 0, NULL, AT(is_hidden), NULL,
     "no debugger of the same user, no core"},
    {"dry-run", 0, NULL, AT(is_dry_run), NULL,
     "print memory map and filter, run nothing"},
    {"help", 0, NULL, AT(is_help), NULL, "print this"},
    {"version", 0, NULL, AT(is_version), NULL, "print the version"},
};
#define DEF_COUNT (sizeof defs / sizeof defs[0])

static const struct option_def *find_def(const char *word, size_t len)
{
    for (size_t i = 0; i < DEF_COUNT; i++)
        if (strlen(defs[i].word) == len && !memcmp(defs[i].word, word, len))
            return &defs[i];
    return NULL;
}

/* Splits --WORD[:NAME][=VALUE]; the value may be the next argument. */
static int split(struct seen *seen, int *i, int argc, char **argv,
                 struct err *err)
{
    const char *word = argv[*i] + 2;
    size_t word_len = strcspn(word, ":=");
    const char *at = word + word_len;

    *seen = (struct seen){.def = find_def(word, word_len)};
    if (!seen->def)
        return err_refuse(err, "unknown option --%.*s (see --help)",
                          (int)word_len, word);
    if (*at == ':') {
        seen->name = at + 1;
        seen->name_len = strcspn(seen->name, "=");
        at = seen->name + seen->name_len;
        if (!(seen->def->flags & OPT_NAME) || seen->name_len == 0)
            return err_refuse(err, "--%s takes %s name", seen->def->word,
                              seen->name_len ? "no" : "a");
    }
    if (*at == '=')
        seen->value = at + 1;
    if (seen->value && !(seen->def->flags & OPT_VALUE))
        return err_refuse(err, "--%s takes no value", seen->def->word);
    if (!seen->value && seen->def->flags & OPT_VALUE) {
        if (*i + 1 >= argc)
            return err_refuse(err, "--%s needs %s", seen->def->word,
                              seen->def->value);
        seen->value = argv[++*i];
    }
    return 0;
}

int options_parse(struct options *options, int argc, char **argv,
                  struct err *err)
{
    static struct option_device device[OPTIONS_DEVICE_MAX];
    static const char *env[OPTIONS_STRING_MAX];
    static struct option_conf conf[OPTIONS_STRING_MAX];
    int i = 1;

    options->cage = "seccomp";
    options->device = device;
    options->env = env;
    options->conf = conf;
    for (; i < argc && argv[i][0] == '-'; i++) {
        struct seen seen;
        if (!strcmp(argv[i], "--")) {
            i++;
            break;
        }
        if (argv[i][1] != '-')
            return err_refuse(err, "unknown option %s (see --help)", argv[i]);
        if (split(&seen, &i, argc, argv, err) < 0)
            return -err->code;
        if (!seen.def->take)
            *((bool *)options + seen.def->arg) = true;
        else if (seen.def->take(options, &seen, err) < 0)
            return -err->code;
        if (options->is_help || options->is_version)
            return 0;
    }
    if (i >= argc)
        return err_refuse(err, "no image given (see --help)");
    options->image_path = argv[i];
    options->args = argv + i + 1;
    options->arg_count = (uint32_t)(argc - i - 1);
    return 0;
}

void options_help(int fd)
{
    dprintf(fd, "Usage: tender [OPTIONS] IMAGE [ARGS...]\n"
                "Run a unikernel image in a cage.\n\n");
    for (size_t i = 0; i < DEF_COUNT; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%.9s%s%s%s", defs[i].word,
                 defs[i].flags & OPT_NAME ? "[:NAME]" : "",
                 defs[i].value ? "=" : "", defs[i].value ? defs[i].value : "");
        dprintf(fd, "  %-36s %s\n", left, defs[i].help);
    }
    dprintf(fd, "\nExit status: the guest's; 125 bad command line or image; "
                "126 the host lacks\nor forbids something; 128+N the guest "
                "died of signal N (159: it broke the\nrules of its cage).\n");
}
