/* SPDX-License-Identifier: Apache-2.0 */
/* What a container image says of its program: see settings.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "images/blob.h"
#include "images/paths.h"
#include "images/progress.h"
#include "images/settings.h"
#include "images/users.h"

/* What engines take when an image says nothing. */
#define PATH_DEFAULT                                                           \
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define WORDS_MAX 4096u

/* A list of texts, or nothing. */
static int check_list(const json_t *config, const char *key, struct err *err)
{
    json_t *list;
    const json_t *item;
    size_t i;
    if (json_array_of(config, key, &list, err) < 0)
        return -err->code;
    if (json_array_size(list) > WORDS_MAX)
        return err_refuse(err, "\"%s\": %zu words, at most %u", key,
                          json_array_size(list), WORDS_MAX);
    json_array_foreach(list, i, item) if (
        !json_is_string(
            item)) return err_refuse(err, "\"%s\": expected a list of strings",
                                     key);
    return 0;
}

int settings_init(struct settings *settings, const json_t *document,
                  struct err *err)
{
    static const char *const lists[] = {"Entrypoint", "Cmd", "Env"};
    static const char *const texts[] = {"WorkingDir", "User", "StopSignal"};
    static const char *const objects[] = {"Volumes", "ExposedPorts", "Labels",
                                          "Healthcheck"};
    json_t *config;
    const char *text;
    int rc = json_object_of(document, "config", &config, err);

    settings->program[0] = '\0';
    settings->config = config ? json_deep_copy(config) : json_object();
    if (!settings->config)
        return err_set(err, ENOMEM, "configuration");
    for (size_t i = 0; rc == 0 && i < sizeof lists / sizeof lists[0]; i++)
        rc = check_list(settings->config, lists[i], err);
    for (size_t i = 0; rc == 0 && i < sizeof texts / sizeof texts[0]; i++)
        rc = json_text_of(settings->config, texts[i], &text, err);
    for (size_t i = 0; rc == 0 && i < sizeof objects / sizeof objects[0]; i++)
        rc = json_object_of(settings->config, objects[i], &config, err);
    return rc < 0 ? err_wrap(err, "configuration") : 0;
}

void settings_release(struct settings *settings)
{
    json_decref(settings->config);
    settings->config = NULL;
}

static const char *text_of(const struct settings *settings, const char *key)
{
    const char *text =
        json_string_value(json_object_get(settings->config, key));
    return text ? text : "";
}

/* Entrypoint, or where there is none command: the list with the program. */
static json_t *first_list(const struct settings *settings)
{
    json_t *entry = json_object_get(settings->config, "Entrypoint");
    json_t *cmd = json_object_get(settings->config, "Cmd");
    return json_array_size(entry) ? entry : json_array_size(cmd) ? cmd : NULL;
}

/* The value of a variable in the image's environment, or NULL. */
static const char *env_of(const struct settings *settings, const char *name)
{
    const json_t *list = json_object_get(settings->config, "Env"), *item;
    const char *value = NULL;
    size_t i, len = strlen(name);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (strncmp(text, name, len) == 0 && text[len] == '=')
            value = text + len + 1;
    }
    return value;
}

static bool is_program(struct fstree *tree, const char *path)
{
    struct fs_inode *inode;
    struct err ignored;
    return path_get(tree, path, &inode, &ignored) == 0 &&
           S_ISREG(inode->mode) && (inode->mode & 0111);
}

/* execvp(3)'s rule, in the tree. */
static int search_path(struct settings *settings, struct fstree *tree,
                       const char *word, struct err *err)
{
    const char *path = env_of(settings, "PATH");
    size_t len;
    for (path = path ? path : PATH_DEFAULT; *path; path += len) {
        path += *path == ':';
        len = strcspn(path, ":");
        if (path[0] != '/')
            continue; /* relative folders of PATH are nobody's */
        if (snprintf(settings->program, sizeof settings->program, "%.*s/%s",
                     (int)len, path, word) < (int)sizeof settings->program &&
            is_program(tree, settings->program))
            return 0;
    }
    return err_refuse(err, "entrypoint %.100s: not found along PATH", word);
}

int settings_find_program(struct settings *settings, struct fstree *tree,
                          const char *instead, struct err *err)
{
    json_t *list = first_list(settings);
    const char *word = json_string_value(json_array_get(list, 0));
    const char *cwd = text_of(settings, "WorkingDir");
    int len = 0;

    if (!instead && (!word || !*word))
        return err_refuse(err, "neither entrypoint nor command: expected a "
                               "program (see --app)");
    if (instead)
        len = snprintf(settings->program, sizeof settings->program, "%s",
                       instead);
    else if (!strchr(word, '/') && tree) {
        if (search_path(settings, tree, word, err) < 0)
            return -err->code;
    } else
        len = snprintf(settings->program, sizeof settings->program, "%s%s%s",
                       word[0] == '/' ? "" : cwd, word[0] == '/' ? "" : "/",
                       word);
    char clean[PATH_MAX];
    if (len >= (int)sizeof settings->program)
        return err_refuse(err, "entrypoint %.40s...: a path of %d bytes", word,
                          len);
    if (path_clean(clean, settings->program, err) < 0)
        return err_wrap(err, "entrypoint");
    if (!*clean || strlen(clean) + 1 >= sizeof settings->program)
        return err_refuse(err, "entrypoint %.40s: no program", clean);
    settings->program[0] = '/';
    (void)strcpy(settings->program + 1, clean);

    json_t *text = json_string(settings->program);
    if (!text)
        return err_refuse(err, "entrypoint %.200s: expected UTF-8",
                          settings->program);
    if (!list) {
        list = json_array();
        (void)json_object_set_new(settings->config, "Entrypoint", list);
        (void)json_array_append_new(list, text);
    } else {
        (void)json_array_set_new(list, 0, text);
    }
    return 0;
}

int settings_prepare(const struct settings *settings, struct fstree *tree,
                     uint64_t dirs_max, struct err *err)
{
    struct user user;
    const char *cwd = text_of(settings, "WorkingDir"), *path;
    json_t *volumes = json_object_get(settings->config, "Volumes"), *value;

    if (user_find(tree, text_of(settings, "User"), &user, err) < 0)
        return -err->code;
    if (*cwd && cwd[0] != '/')
        return err_refuse(err,
                          "working directory %.100s: expected an absolute "
                          "path",
                          cwd);
    if (*cwd && path_make_dir(tree, cwd, &dirs_max, err) < 0)
        return err_wrap(err, "working directory");
    json_object_foreach(volumes, path, value)
    {
        if (path[0] != '/')
            return err_refuse(err, "volume %.100s: expected an absolute path",
                              path);
        if (path_make_dir(tree, path, &dirs_max, err) < 0)
            return err_wrap(err, "volume");
    }
    return 0;
}

/* Words after the program: of the entrypoint they always come first, of the
 * command they stand until the user gives others. */
static int store_words(const struct settings *settings, struct uniconf *conf,
                       struct err *err)
{
    const json_t *first = first_list(settings);
    const json_t *cmd = json_object_get(settings->config, "Cmd");
    const json_t *entry = first == cmd ? NULL : first;
    size_t from = entry ? 0 : 1;

    if (json_array_size(entry) + json_array_size(cmd) > 1) {
        uniconf_drop(conf, "entry", NULL);
        uniconf_drop(conf, "arg", NULL);
    }
    for (size_t i = 1; i < json_array_size(entry); i++)
        if (uniconf_add(conf, "entry",
                        json_string_value(json_array_get(entry, i)), err) < 0)
            return -err->code;
    for (size_t i = from; i < json_array_size(cmd); i++)
        if (uniconf_add(conf, "arg", json_string_value(json_array_get(cmd, i)),
                        err) < 0)
            return -err->code;
    return 0;
}

static int store_env(struct uniconf *conf, const char *text, struct err *err)
{
    char name[256];
    size_t len = strcspn(text, "=");
    if (!text[len] || !len || len >= sizeof name) {
        progress_note("variable %.80s left out: expected NAME=VALUE", text);
        return 0;
    }
    memcpy(name, text, len);
    name[len] = '\0';
    uniconf_drop(conf, "env", name);
    return uniconf_add(conf, "env", text, err);
}

static int store_user(const struct settings *settings, struct fstree *tree,
                      struct uniconf *conf, struct err *err)
{
    struct user user;
    char text[USERS_GROUPS_MAX * 12 + 30];
    const char *name = text_of(settings, "User");

    if (user_find(tree, name, &user, err) < 0)
        return -err->code;
    user_text(&user, text, sizeof text);
    if (*name) {
        uniconf_drop(conf, "user", NULL);
        if (uniconf_add(conf, "user", text, err) < 0)
            return -err->code;
    }
    for (const char *env = NULL; (env = uniconf_value(conf, "env", env));)
        if (strncmp(env, "HOME=", 5) == 0)
            return 0;
    char home[sizeof user.home + 5];
    (void)snprintf(home, sizeof home, "HOME=%s", user.home);
    return uniconf_add(conf, "env", home, err);
}

int settings_store(const struct settings *settings, struct fstree *tree,
                   struct uniconf *conf, struct err *err)
{
    const json_t *env = json_object_get(settings->config, "Env"), *item;
    const char *cwd = text_of(settings, "WorkingDir");
    size_t i;

    if (store_words(settings, conf, err) < 0)
        return -err->code;
    json_array_foreach(env, i,
                       item) if (store_env(conf, json_string_value(item), err) <
                                 0) return -err->code;
    if (*cwd) {
        uniconf_drop(conf, "cwd", NULL);
        if (uniconf_add(conf, "cwd", cwd, err) < 0)
            return -err->code;
    }
    if (store_user(settings, tree, conf, err) < 0)
        return -err->code;
    char *line = json_line(settings->config);
    if (!line)
        return err_set(err, ENOMEM, "configuration");
    uniconf_drop(conf, "oci", NULL);
    int rc = uniconf_add(conf, "oci", line, err);
    free(line);
    return rc;
}

/* A list's next text, or the one text of a name. */
static int add_text(json_t *config, const char *name, bool is_list,
                    const char *value, size_t len, struct err *err)
{
    json_t *text = json_stringn(value, len);
    json_t *list = json_object_get(config, name);
    if (!text)
        return err_refuse(err, "%s %.100s: expected UTF-8", name, value);
    if (!is_list)
        return json_object_set_new(config, name, text)
                   ? err_set(err, ENOMEM, "%s", name)
                   : 0;
    if (!list) {
        list = json_array();
        (void)json_object_set_new(config, name, list);
    }
    return json_array_append_new(list, text) ? err_set(err, ENOMEM, "%s", name)
                                             : 0;
}

/* A .uni that was made of no container image says it in its own keys. */
static int from_keys(json_t *config, const struct uniconf *conf,
                     struct err *err)
{
    static const struct {
        const char *key, *name;
        bool is_list;
    } keys[] = {{"entry", "Entrypoint", true},
                {"arg", "Cmd", true},
                {"env", "Env", true},
                {"cwd", "WorkingDir", false},
                {"user", "User", false}};

    if (add_text(config, "Entrypoint", true, "/app.uni", 8, err) < 0)
        return -err->code;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        for (const char *value = NULL;
             (value = uniconf_value(conf, keys[i].key, value));) {
            /* An engine knows no groups beside the first in a user's name. */
            bool is_user = strcmp(keys[i].key, "user") == 0;
            size_t len = is_user ? strcspn(value, ",") : strlen(value);
            if (add_text(config, keys[i].name, keys[i].is_list, value, len,
                         err) < 0)
                return -err->code;
        }
    return 0;
}

int settings_load(struct settings *settings, const struct uniconf *conf,
                  struct err *err)
{
    const char *line = uniconf_value(conf, "oci", NULL);
    json_t *config = NULL, *document;

    if (line && json_from(line, strlen(line), "oci=", &config, err) < 0)
        return -err->code;
    if (!config) {
        config = json_object();
        if (from_keys(config, conf, err) < 0) {
            json_decref(config);
            return -err->code;
        }
    }
    document = json_pack("{s:o}", "config", config);
    if (!document)
        return err_set(err, ENOMEM, "configuration");
    int rc = settings_init(settings, document, err);
    json_decref(document);
    if (rc == 0)
        rc = settings_find_program(
            settings, NULL, first_list(settings) ? NULL : "/app.uni", err);
    return rc;
}

/* A variable in the place of one of its name. */
static int edit_env(json_t *config, const char *value, struct err *err)
{
    json_t *list = json_object_get(config, "Env");
    size_t len = strcspn(value, "=") + 1;
    for (size_t i = json_array_size(list); i-- > 0;) {
        const char *old = json_string_value(json_array_get(list, i));
        if (old && strncmp(old, value, len) == 0)
            (void)json_array_remove(list, i);
    }
    return add_text(config, "Env", true, value, strlen(value), err);
}

/* The program without its words. */
static int drop_words(json_t *config, struct err *err)
{
    const json_t *first = json_object_get(config, "Entrypoint");
    if (!json_array_size(first))
        first = json_object_get(config, "Cmd");
    const char *program = json_string_value(json_array_get(first, 0));
    json_t *list = json_pack("[s]", program ? program : "/app.uni");
    (void)json_object_del(config, "Cmd");
    return json_object_set_new(config, "Entrypoint", list)
               ? err_set(err, ENOMEM, "Entrypoint")
               : 0;
}

static int edit(json_t *config, const struct uniconf *conf, const char *text,
                bool *has_args, struct err *err)
{
    const char *value = strchr(text, '=') + 1;
    if (strncmp(text, "env=", 4) == 0)
        return edit_env(config, value, err);
    if (strncmp(text, "cwd=", 4) == 0)
        return add_text(config, "WorkingDir", false, value, strlen(value), err);
    if (strncmp(text, "user=", 5) == 0) { /* by now it is numbers */
        const char *ids = uniconf_value(conf, "user", NULL);
        return add_text(config, "User", false, ids, strcspn(ids, ","), err);
    }
    if (strncmp(text, "arg=", 4) != 0)
        return 0;
    if (!*has_args && drop_words(config, err) < 0)
        return -err->code;
    *has_args = true;
    return add_text(config, "Cmd", true, value, strlen(value), err);
}

int settings_edit(struct uniconf *conf, const char *const *options,
                  unsigned count, struct err *err)
{
    const char *line = uniconf_value(conf, "oci", NULL);
    json_t *config = NULL;
    bool has_args = false;

    if (!line)
        return 0;
    if (json_from(line, strlen(line), "oci=", &config, err) < 0)
        return -err->code;
    int rc = json_is_object(config)
                 ? 0
                 : err_refuse(err, "oci=: expected an object");
    for (unsigned i = 0; rc == 0 && i < count; i++)
        rc = edit(config, conf, options[i], &has_args, err);
    auto_free char *edited = rc == 0 ? json_line(config) : NULL;
    json_decref(config);
    if (rc < 0)
        return rc;
    if (!edited)
        return err_set(err, ENOMEM, "configuration");
    uniconf_drop(conf, "oci", NULL);
    return uniconf_add(conf, "oci", edited, err);
}
