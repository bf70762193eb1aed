/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of blobs: see digest.h. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "images/digest.h"

static const struct {
    const char *name;
    size_t hex_len;
} algorithms[] = {{"sha256", 64}, {"sha512", 128}};

int digest_parse(struct digest *digest, const char *text, struct err *err)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        size_t len = strlen(algorithms[i].name);
        size_t total = len + 1 + algorithms[i].hex_len;
        if (strlen(text) != total || text[len] != ':' ||
            memcmp(text, algorithms[i].name, len) != 0 ||
            text[len + 1 + strspn(text + len + 1, "0123456789abcdef")])
            continue;
        memcpy(digest->text, text, total + 1);
        return 0;
    }
    return err_refuse(err, "digest %.100s: expected sha256: or sha512: and hex",
                      text);
}

const char *digest_hex(const struct digest *digest)
{
    return strchr(digest->text, ':') + 1;
}

int hash_init(struct hash *hash, const struct digest *like, struct err *err)
{
    size_t len = like ? strcspn(like->text, ":") : 6;
    (void)snprintf(hash->name, sizeof hash->name, "%.*s", (int)len,
                   like ? like->text : "sha256");
    hash->ctx = EVP_MD_CTX_new();
    const EVP_MD *kind = EVP_get_digestbyname(hash->name);
    if (!hash->ctx || !kind || !EVP_DigestInit_ex(hash->ctx, kind, NULL)) {
        hash_release(hash);
        return err_say(err, ENOMEM, "libcrypto: no %s", hash->name);
    }
    return 0;
}

void hash_update(struct hash *hash, const void *data, size_t len)
{
    /* Fails only for a context without algorithm. */
    (void)EVP_DigestUpdate(hash->ctx, data, len);
}

int hash_final(struct hash *hash, struct digest *digest, struct err *err)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    int is_ok = EVP_DigestFinal_ex(hash->ctx, bytes, &len);
    hash_release(hash);
    if (!is_ok)
        return err_say(err, EIO, "libcrypto: digest failed");
    int at = snprintf(digest->text, sizeof digest->text, "%s:", hash->name);
    for (unsigned i = 0; i < len; i++)
        at += snprintf(digest->text + at, sizeof digest->text - (size_t)at,
                       "%02x", bytes[i]);
    return 0;
}

void hash_release(struct hash *hash)
{
    EVP_MD_CTX_free(hash->ctx);
    hash->ctx = NULL;
}

int digest_of(struct digest *digest, const void *data, size_t len,
              struct err *err)
{
    struct hash hash;
    if (hash_init(&hash, NULL, err) < 0)
        return -err->code;
    hash_update(&hash, data, len);
    return hash_final(&hash, digest, err);
}
