/* SPDX-License-Identifier: Apache-2.0 */
/* make-images DIR: writes good.uni and each damaged image with what the loader
 * says to it (NAME.uni, NAME.says), and good images with a device each. */
#include <stdio.h>
#include <stdlib.h>

#include "images.h"

static void save(const char *dir, const char *name, const char *suffix,
                 const void *data, size_t len)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, suffix);
    FILE *to = fopen(path, "w");
    if (!to || fwrite(data, 1, len, to) != len || fclose(to)) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static struct image_file file;
    static const char *const devices[] = {"net", "block", "stream"};
    const char *dir = argc > 1 ? argv[1] : ".";

    image_make(&file);
    save(dir, "good", ".uni", &file, sizeof file);
    for (unsigned i = 0; i < IMAGE_DAMAGE_COUNT; i++) {
        const struct image_damage *bad = &image_damages[i];
        image_make(&file);
        bad->damage(&file);
        save(dir, bad->name, ".uni", &file, sizeof file);
        save(dir, bad->name, ".says", bad->refusal, strlen(bad->refusal));
    }
    for (unsigned i = 0; i < 3; i++) {
        image_make(&file);
        image_declare(&file, 0, UNI_CLASS_NET + i, "dev0");
        save(dir, devices[i], ".device", &file, sizeof file);
        file.notes.manifest.decl[0].flags = UNI_DECL_OPTIONAL;
        save(dir, devices[i], ".optional", &file, sizeof file);
    }
    image_make(&file);
    file.notes.note.mem_min = 128 << 20;
    save(dir, "large", ".device", &file, sizeof file);
    return 0;
}
