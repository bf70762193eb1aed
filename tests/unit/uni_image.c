/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers on top of each other by hand: which file is where afterwards; paths,
 * users and settings of images.
 * objs: images/apply.c images/paths.c images/spool.c images/users.c
 * objs: images/settings.c images/uniconf.c images/progress.c images/blob.c
 * objs: images/digest.c common/erofs_plan.c common/err.c common/fstree.c
 * objs: common/io.c common/outfile.c
 * libs: -ljansson -lcrypto
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "images/apply.h"
#include "images/blob.h"
#include "images/paths.h"
#include "images/progress.h"
#include "images/settings.h"
#include "images/users.h"
#define CHECK_WHY err.text
#include "tests/unit/check.h"

static struct err err;
static struct img_limits limits = {.size = 1 << 20, .entries = 100, .ratio = 9};
static struct apply apply;

static void begin(void)
{
    memset(&err, 0, sizeof err);
    CHECK(apply_init(&apply, &limits, NULL, &err) == 0);
    apply_layer(&apply);
}

static int put(const char *path, unsigned mode, const char *target,
               const char *hard)
{
    struct fs_inode *inode;
    struct apply_entry entry = {
        .path = path, .link = hard, .attr = {.mode = mode, .target = target}};
    return apply_entry(&apply, &entry, &inode, &err);
}
static int file(const char *path)
{
    return put(path, S_IFREG | 0644, NULL, NULL);
}
static int dir(const char *path)
{
    return put(path, S_IFDIR | 0700, NULL, NULL);
}
static int link_to(const char *path, const char *target)
{
    return put(path, S_IFLNK | 0777, target, NULL);
}
static int hard(const char *path, const char *target)
{
    return put(path, S_IFREG | 0644, NULL, target);
}

/* All paths of the tree in order, with a space behind each. */
static void list(const struct fs_inode *at, char *text, const char *path)
{
    struct fs_entry **entries;
    char below[500];
    CHECK(fstree_sorted(at, &entries, &err) == 0);
    for (uint32_t i = 0; i < at->child_count; i++) {
        (void)snprintf(below, sizeof below, "%s%s", path, entries[i]->name);
        bool is_dir = S_ISDIR(entries[i]->inode->mode);
        strcat(strcat(text, below), is_dir ? "/ " : " ");
        (void)strcat(below, "/");
        if (is_dir)
            list(entries[i]->inode, text, below);
    }
    free(entries);
}

#define END(want) end(want, __func__)
static void end(const char *want, const char *name)
{
    char text[4000] = "";
    CHECK(apply_finish(&apply, &err) == 0);
    list(apply.tree.root, text, "");
    if (strcmp(text, want) != 0) {
        printf("not ok - %s: '%s', not '%s'\n", name, text, want);
        failures++;
    }
    apply_release(&apply);
}

static void whiteouts_hide_older_layers_only(void)
{
    begin();
    CHECK(!file("d/old") && !file("d/both") && !file("d/gone"));
    apply_layer(&apply);
    CHECK(!file("d/.wh.gone") && !file("d/both") && !file("d/.wh.both"));
    CHECK(!file("d/new") && !file("d/.wh.new") && !file("x/.wh.nothing"));
    END("d/ d/both d/new d/old ");
}

static void opaque_folders_keep_what_is_beside_the_mark(void)
{
    begin();
    CHECK(!file("d/old") && !file("d/sub/old") && !file("d/gone/old"));
    apply_layer(&apply);
    CHECK(!file("d/before") && !file("d/sub/new"));
    CHECK(!file("d/.wh..wh..opq") && !file("d/after"));
    CHECK(!file("d/.wh..wh..opq") && !file("none/.wh..wh..opq"));
    END("d/ d/after d/before d/sub/ d/sub/new ");
    begin(); /* at the root, and of a whole layer that is older than another */
    CHECK(!file("a") && !dir("b"));
    apply_layer(&apply);
    CHECK(!file("c"));
    apply_layer(&apply);
    CHECK(!file("d") && !file(".wh..wh..opq"));
    END("d ");
}

static void a_whiteout_of_a_folder_keeps_what_its_layer_puts_there(void)
{
    begin();
    CHECK(!file("d/old") && !file("d/deep/old"));
    apply_layer(&apply);
    CHECK(!file("d/deep/new") && !file(".wh.d"));
    END("d/ d/deep/ d/deep/new ");
}

static void links_on_the_way_are_followed_inside(void)
{
    begin();
    CHECK(!dir("usr/bin") && !link_to("bin", "usr/bin"));
    CHECK(!link_to("abs", "/usr") && !link_to("up", "../../.."));
    CHECK(!link_to("later", "made/by/need"));
    apply_layer(&apply);
    CHECK(!file("bin/a") && !file("abs/b") && !file("up/c"));
    CHECK(!file("later/d") && !file("bin/.wh.none"));
    END("abs bin c later made/ made/by/ made/by/need/ made/by/need/d up usr/ "
        "usr/b usr/bin/ usr/bin/a ");
}

static void a_link_at_the_end_is_replaced(void)
{
    begin();
    CHECK(!dir("usr/bin") && !link_to("bin", "usr/bin") && !file("usr/bin/x"));
    apply_layer(&apply);
    CHECK(!dir("bin") && !file("bin/y"));
    END("bin/ bin/y usr/ usr/bin/ usr/bin/x ");
}

static void kinds_replace_each_other(void)
{
    begin();
    CHECK(!file("a/in") && !file("b") && !dir("c") && !file("c/kept"));
    apply_layer(&apply);
    CHECK(!file("a") && !dir("b") && !file("b/in"));
    CHECK(!put("c/", S_IFDIR | 0755, NULL, NULL));
    struct fs_inode *inode = fstree_find(apply.tree.root, "c");
    CHECK(inode && (inode->mode & 0777) == 0755);
    END("a b/ b/in c/ c/kept ");
}

static void hard_links_survive_their_first_name(void)
{
    begin();
    CHECK(!file("a") && !hard("b", "a") && !hard("d/c", "./b"));
    apply_layer(&apply);
    CHECK(!file(".wh.a") && !hard("e", "b") && !file("b"));
    struct fs_inode *e = fstree_find(apply.tree.root, "e");
    CHECK(e && e->nlink == 2);
    CHECK(hard("f", "a") < 0 && err.is_refusal); /* hidden */
    apply_release(&apply);
    begin();
    CHECK(!file("d/f") && hard("d", "d/f") < 0); /* gone with what it is in */
    apply_release(&apply);
    begin();
    CHECK(!file("a") && hard("a", "a") == 0);
    apply_release(&apply);
    begin();
    CHECK(!file("a") && !hard("b", "a") && !hard("b", "a"));
    END("a b ");
}

static void nothing_leads_out(void)
{
    static const char *const bad[] = {"..", "../a", "a/../../b", "/../a",
                                      "a/b/../../../c"};
    char clean[PATH_MAX];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin();
        CHECK(file(bad[i]) < 0 && err.is_refusal);
        CHECK(!file("f") && hard("x", bad[i]) < 0);
        apply_release(&apply);
    }
    CHECK(path_clean(clean, "//a/.//b/../c/", &err) == 0);
    CHECK(strcmp(clean, "a/c") == 0);
    CHECK(path_clean(clean, "a/..", &err) == 0 && !*clean);
}

static void names_and_depth_have_limits(void)
{
    char name[PATH_MAX + 10];
    begin();
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    CHECK(file(name) < 0);
    name[255] = '\0';
    CHECK(file(name) == 0);
    CHECK(file("d/.wh.") < 0 && file("d/.wh...") < 0 && file(".wh..") < 0);
    for (int i = 0; i < 1100; i++)
        memcpy(name + 2 * i, "d/", 3);
    CHECK(file(name) < 0 && err.is_refusal);
    CHECK(!link_to("a", "b") && !link_to("b", "a") && file("a/x") < 0);
    apply_release(&apply);
    begin();
    for (unsigned i = 0; i < limits.entries; i++) {
        (void)snprintf(name, sizeof name, "%u", i);
        CHECK(file(name) == 0);
    }
    CHECK(file("more") < 0 && err.is_refusal);
    apply_release(&apply);
}

/* A file with contents, for users and settings. */
static void put_text(const char *path, const char *text)
{
    struct fs_inode *inode;
    struct apply_entry entry = {
        .path = path, .attr = {.mode = S_IFREG | 0644, .size = strlen(text)}};
    uint64_t at = spool_take(&apply.spool, strlen(text));
    CHECK(apply_entry(&apply, &entry, &inode, &err) == 0);
    CHECK(pwrite_full(apply.spool.fd, text, strlen(text), at, &err) == 0);
    inode->data = spool_data(&apply.spool, at, NULL);
}

static void users_are_the_tree_s(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "0:0,5"},        {"0", "0:0,5"},       {"a", "10:20,30,5"},
        {"a:b", "10:30"},     {"10", "10:20,30,5"}, {"10:7", "10:7"},
        {"77", "77:0"},       {"77:b", "77:30"},    {"broken", NULL},
        {"a:none", NULL},     {"none", NULL},       {"-1", NULL},
        {"4294967295", NULL},
    };
    struct user user;
    char text[500];
    begin();
    put_text("etc/passwd", "root:x:0:0:r:/root:/sh\nbroken:x:y:z\n\na:x:10:20:"
                           ":/h:/sh\nlast:x:1:1");
    put_text("etc/group", "g:x:20:\nb:x:30:z,a\nc:x:31:aa\nd:x:5:root,a");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int rc = user_find(&apply.tree, cases[i].text, &user, &err);
        CHECK((rc == 0) == (cases[i].want != NULL));
        if (rc < 0)
            continue;
        user_text(&user, text, sizeof text);
        if (strcmp(text, cases[i].want) != 0) {
            printf("not ok - user %s: %s, not %s\n", cases[i].text, text,
                   cases[i].want);
            failures++;
        }
    }
    CHECK(!user_find(&apply.tree, "a", &user, &err) &&
          !strcmp(user.home, "/h"));
    apply_release(&apply);
}

static void settings_become_keys(void)
{
    static const char text[] =
        "{\"config\":{\"Entrypoint\":[\"x\",\"-e\"],\"Cmd\":[\"c\"],"
        "\"Env\":[\"PATH=rel:/no:/bin\",\"A=2\",\"odd\"],"
        "\"WorkingDir\":\"/w/d\",\"Volumes\":{\"/v\":{}}}}";
    static const char own[] = "arg=old\0env=A=1\0env=B=1\0ro=1\0entry=old";
    struct settings settings;
    struct uniconf conf;
    json_t *json;
    char line[1000] = "";

    begin();
    CHECK(!put("bin/x", S_IFREG | 0755, NULL, NULL));
    CHECK(json_from(text, strlen(text), "text", &json, &err) == 0);
    CHECK(settings_init(&settings, json, &err) == 0);
    json_decref(json);
    CHECK(settings_find_program(&settings, &apply.tree, NULL, &err) == 0);
    CHECK(strcmp(settings.program, "/bin/x") == 0);
    CHECK(settings_prepare(&settings, &apply.tree, 100, &err) == 0);
    CHECK(uniconf_init(&conf, own, sizeof own, &err) == 0);
    CHECK(settings_store(&settings, &apply.tree, &conf, &err) == 0);
    for (const char *key = NULL; (key = uniconf_next(&conf, key));)
        if (strncmp(key, "oci=", 4) != 0)
            strcat(strcat(line, key), " ");
    CHECK(strcmp(line, "env=B=1 ro=1 entry=-e arg=c env=PATH=rel:/no:/bin "
                       "env=A=2 cwd=/w/d env=HOME=/ ") == 0);
    settings_release(&settings);
    /* And back. */
    CHECK(settings_load(&settings, &conf, &err) == 0);
    CHECK(strcmp(settings.program, "/bin/x") == 0);
    settings_release(&settings);
    uniconf_release(&conf);
    END("bin/ bin/x v/ w/ w/d/ ");
}

static void digests_have_one_form(void)
{
    char text[200] = "sha256:";
    struct digest digest;
    memset(text + 7, 'a', 64);
    CHECK(digest_parse(&digest, text, &err) == 0);
    text[70] = 'A';
    CHECK(digest_parse(&digest, text, &err) < 0);
    text[70] = '/';
    CHECK(digest_parse(&digest, text, &err) < 0);
    text[70] = '\0';
    CHECK(digest_parse(&digest, text, &err) < 0);
    CHECK(digest_parse(&digest, "sha256:", &err) < 0);
    CHECK(digest_parse(&digest, "", &err) < 0);
    CHECK(digest_of(&digest, "abc", 3, &err) == 0);
    CHECK(strncmp(digest_hex(&digest), "ba7816bf8f01cfea", 16) == 0);
}

int main(void)
{
    progress_init(true);
    whiteouts_hide_older_layers_only();
    opaque_folders_keep_what_is_beside_the_mark();
    a_whiteout_of_a_folder_keeps_what_its_layer_puts_there();
    links_on_the_way_are_followed_inside();
    a_link_at_the_end_is_replaced();
    kinds_replace_each_other();
    hard_links_survive_their_first_name();
    nothing_leads_out();
    names_and_depth_have_limits();
    users_are_the_tree_s();
    settings_become_keys();
    digests_have_one_form();
    return failures != 0;
}
