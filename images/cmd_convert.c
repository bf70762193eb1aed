/* SPDX-License-Identifier: Apache-2.0 */
/* uni-image convert: from a source to a destination. */
#include <errno.h>
#include <string.h>

#include "images/combine.h"
#include "images/commands.h"

static int parse_packing(const char *text, struct dest *dest, struct err *err)
{
    static const char *const names[] = {"none", "gzip", "zstd"};
    if (!text)
        return 0;
    if (dest->place.kind != PLACE_OCI)
        return err_say(err, EINVAL, "--compress is for oci: only");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            dest->packing = (enum packing)i;
            return 0;
        }
    return err_say(err, EINVAL, "--compress %.40s: expected none, gzip, zstd",
                   text);
}

static int convert(const struct options *options, const struct dest *dest,
                   struct err *err)
{
    bool is_file = dest->place.kind <= PLACE_ARCHIVE;
    const char *near = is_file ? dest->place.path : NULL;
    struct source source;
    struct combined combined;

    int rc =
        source_open(&source, options->args[0], near, &options->limits, err);
    if (rc == 0 && options->app && source.uni_fd >= 0)
        rc = err_say(err, EINVAL, "--app: %s is a program already",
                     options->args[0]);
    if (rc == 0) {
        rc = combine(&combined, &source, options->app, near, &options->limits,
                     err);
        size_t len = strlen(options->args[0]);
        if (rc < 0 && strncmp(err->text, options->args[0], len) != 0)
            rc = err_wrap(err, "%s", options->args[0]);
        if (rc == 0)
            rc = dest_write(dest, &combined, err);
        combine_release(&combined);
    }
    source_release(&source);
    return rc;
}

int cmd_convert(const struct options *options, struct err *err)
{
    struct dest dest = {.packing = PACK_NONE};
    int rc = place_parse(&dest.place, options->args[1], err);
    if (rc < 0)
        err->is_refusal = false; /* the command line's fault */
    if (rc == 0)
        rc = parse_packing(options->packing, &dest, err);
    if (rc == 0)
        rc = convert(options, &dest, err);
    place_release(&dest.place);
    return rc;
}
