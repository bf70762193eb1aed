/* SPDX-License-Identifier: Apache-2.0 */
/* uni-inspect: shows what is in an image. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/inspect.h"
#include "common/io.h"

#define EXIT_REFUSED 1 /* a bad image */
#define EXIT_TROUBLE 2 /* a bad command line, or the host */

static const char help[] =
    "Usage: uni-inspect [OPTIONS] IMAGE\n"
    "Show what is in an image: its note, devices, configuration, segments,\n"
    "and its size by part.\n"
    "  -l, --files      list the root file system, too\n"
    "      --json       all of it as JSON\n"
    "      --dump=PART  write one part to standard output instead:\n"
    "                   config, symtab or rootfs (an EROFS image)\n"
    "      --help, --version\n"
    "Exit status: 0; 1 when the file is no image or a damaged one; 2 for\n"
    "other trouble.\n";

static int dump(const struct inspect *in, const char *part, struct err *err)
{
    const struct uni_note *note = &in->image.note;
    const struct {
        const char *name;
        uint64_t addr, size;
    } parts[] = {
        {"config", note->config_addr, note->config_size},
        {"symtab", note->symtab_addr, note->symtab_size},
        {"rootfs", note->rootfs_addr, note->rootfs_size},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(part, parts[i].name) != 0)
            continue;
        const void *data = inspect_at(in, parts[i].addr, parts[i].size);
        if (!data)
            return err_say(err, ENOENT, "has no %s", part);
        return write_full(STDOUT_FILENO, data, parts[i].size, err);
    }
    return err_say(err, EINVAL, "--dump=%s: expected config, symtab or rootfs",
                   part);
}

static int show(struct inspect *in, const char *part, bool is_json,
                bool with_files, struct err *err)
{
    if (part)
        return dump(in, part, err);
    inspect_parts(in);
    return is_json ? inspect_json(in, err) : inspect_text(in, with_files, err);
}

/* What is shown is what runs: where a file has a note twice, or two views of
 * one, libelf and the tender might take different ones. */
static bool is_judged(const struct inspect *in, const struct elf_image *judged)
{
    const struct elf_image *shown = &in->image;
    return shown->entry == judged->entry &&
           shown->segment_count == judged->segment_count &&
           !memcmp(&shown->note, &judged->note, sizeof judged->note) &&
           !memcmp(&shown->manifest, &judged->manifest,
                   sizeof judged->manifest) &&
           !memcmp(shown->segment, judged->segment,
                   judged->segment_count * sizeof judged->segment[0]);
}

static int inspect(const char *path, const char *part, bool is_json,
                   bool with_files, struct err *err)
{
    struct inspect in = {.path = path};
    struct elf_image judged;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    /* The tender's own judgement first: what it refuses is refused here. */
    if (elf_read(&judged, fd, err) < 0)
        return err_wrap(err, "%s", path);
    int rc = inspect_open(&in, fd, err);
    if (rc == 0 && !is_judged(&in, &judged))
        rc = err_refuse(err, "notes or segments can be read in two ways");
    if (rc == 0)
        rc = show(&in, part, is_json, with_files, err);
    inspect_close(&in);
    if (rc < 0)
        return err_wrap(err, "%s", path);
    if (fflush(stdout) == EOF)
        return err_set(err, errno, "write");
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"files", no_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {"dump", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    const char *part = NULL;
    bool is_json = false, with_files = false;
    struct err err = {0};
    int opt;

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    while ((opt = getopt_long(argc, argv, "l", options, NULL)) != -1) {
        switch (opt) {
        case 'l':
            with_files = true;
            break;
        case 'j':
            is_json = true;
            break;
        case 'd':
            part = optarg;
            break;
        case 'h':
            return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
        case 'v':
            return puts("uni-inspect (Septum) " SEPTUM_VERSION) < 0
                       ? EXIT_TROUBLE
                       : 0;
        default:
            return EXIT_TROUBLE; /* getopt has said it */
        }
    }
    if (optind != argc - 1) {
        fprintf(stderr, "uni-inspect: expected one image, see "
                        "uni-inspect --help\n");
        return EXIT_TROUBLE;
    }
    if (inspect(argv[optind], part, is_json, with_files, &err) < 0) {
        fprintf(stderr, "uni-inspect: %s\n", err.text);
        return err.is_refusal ? EXIT_REFUSED : EXIT_TROUBLE;
    }
    return 0;
}
