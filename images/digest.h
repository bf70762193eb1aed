/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of blobs, "sha256:HEX" (image-spec descriptor.md "Digests"). */
#ifndef IMAGES_DIGEST_H
#define IMAGES_DIGEST_H

#include <stddef.h>

#include "common/err.h"

#define DIGEST_SIZE 160u /* bytes of the text with its NUL */

struct digest {
    char text[DIGEST_SIZE];
};

/* Takes sha256 and sha512 in the exact form; refuses all else. */
int digest_parse(struct digest *digest, const char *text, struct err *err);

/* The part behind the colon. */
const char *digest_hex(const struct digest *digest);

struct hash {
    void *ctx;
    char name[16]; /* sha256 */
};

/* The algorithm of `like`, or sha256 if that is NULL. */
int hash_init(struct hash *hash, const struct digest *like, struct err *err);
void hash_update(struct hash *hash, const void *data, size_t len);
/* Releases, too. */
int hash_final(struct hash *hash, struct digest *digest, struct err *err);
void hash_release(struct hash *hash); /* a zeroed one is fine */

/* Of bytes in memory, sha256. */
int digest_of(struct digest *digest, const void *data, size_t len,
              struct err *err);

#endif
