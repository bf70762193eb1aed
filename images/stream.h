/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob as a stream of bytes without its compression, for libarchive to read
 * an archive from; digests are made on the way, limits kept.
 */
#ifndef IMAGES_STREAM_H
#define IMAGES_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "images/blob.h"
#include "images/limits.h"

struct archive;

struct stream {
    const struct blob *blob; /* size UINT64_MAX: to the end of a pipe */
    const struct img_limits *limits;
    uint64_t before;  /* bytes of other layers, which count for the limit */
    uint64_t in, out; /* bytes so far */
    struct hash stored, unpacked;
    bool is_packed;
    bool is_padded; /* zeroes were given for what the archive's end lacks */
    struct archive *raw;     /* takes zstd's compression away */
    struct z_stream_s *gzip; /* takes gzip's away; zlib.h */
    bool is_between;         /* a member of it has ended */
    unsigned char *out_buf;
    struct err *err; /* what a callback of ours failed with; code 0: not */
    unsigned char *buf;
};

/* Digests are of the kinds of `stored` and `unpacked`; NULL or "": sha256. */
int stream_init(struct stream *stream, const struct blob *blob,
                const struct img_limits *limits, const struct digest *stored,
                const struct digest *unpacked, struct err *err);
void stream_release(struct stream *stream);

/* Opens an archive, made for reading tar, on the stream. */
int stream_open(struct stream *stream, struct archive *archive,
                struct err *err);

/* The error of a call on that archive. */
int stream_error(const struct stream *stream, struct archive *archive,
                 struct err *err);

/* Reads what is left, and the digests of all. */
int stream_finish(struct stream *stream, struct digest *stored,
                  struct digest *unpacked, struct err *err);

#endif
