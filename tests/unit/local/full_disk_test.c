/* SPDX-License-Identifier: MIT */
/* A disk that is full (a small tmpfs, in a mount namespace of this process): puts are refused, nothing that was acknowledged
 * suffers, deleting works, and afterwards putting works again. Skipped where such a mount is not permitted. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/log.h"
#include "folder.h"
#include "local/store.h"
#include "local/store_event.h"

enum { KEYS = 400 };

static int failures;

static void check(bool good, const char *what)
{
    if (good) return;
    printf("wrong: %s\n", what);
    failures++;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) close(fd);
    return ok;
}

static bool mount_small(const char *folder)
{
    char map[32];
    unsigned uid = getuid();
    if (uid != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) return false;
        snprintf(map, sizeof map, "0 %u 1", uid);
        if (!write_file("/proc/self/uid_map", map)) return false;
    } else if (unshare(CLONE_NEWNS)) {
        return false;
    }
    return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
           !mount("none", folder, "tmpfs", 0, "size=12m,mode=700");
}

static size_t length_of(int key)
{
    return key % 3 ? 30000 : 150000;
}

static ink_store_status put(struct ink_store *store, int key)
{
    char name[16];
    struct ink_store_put *one;
    size_t len = length_of(key);
    uint8_t *bytes = malloc(len);
    memset(bytes, key, len);
    snprintf(name, sizeof name, "k%d.png", key);
    ink_store_status status = ink_store_put_begin(store, "b", name, len, &one);
    if (!status) status = ink_store_put_append(one, ink_view_of(bytes, len));
    if (!status)
        status = ink_store_put_commit(one, &(struct ink_store_commit){0}, NULL);
    else
        ink_store_put_abort(one);
    free(bytes);
    return status;
}

static bool whole(struct ink_store *store, int key)
{
    char name[16];
    struct ink_arena arena;
    struct ink_store_body body;
    size_t len = length_of(key), same = 0;
    uint8_t *bytes = calloc(1, len);
    snprintf(name, sizeof name, "k%d.png", key);
    ink_arena_init(&arena, 1 << 20);
    bool ok = !ink_store_get(store, "b", name, &arena, &body) && body.object.size == len;
    if (ok && body.fd >= 0) ok = pread(body.fd, bytes, len, 0) == (ssize_t)len;
    if (ok && body.fd < 0) memcpy(bytes, body.bytes.data, len);
    for (size_t i = 0; ok && i < len; i++) same += bytes[i] == (uint8_t)key;
    if (ok && body.fd >= 0) close(body.fd);
    ink_arena_cleanup(&arena);
    free(bytes);
    return ok && same == len;
}

static void fill_and_empty(struct ink_store *store)
{
    static bool there[KEYS];
    int refused = 0, key;
    struct ink_store_rule rule = {"png", "f", "s3:ObjectCreated:*", "", ".png"};
    check(!ink_store_bucket_create(store, "b") && !ink_store_rules_set(store, "b", &rule, 1), "the bucket is made");
    for (key = 0; key < KEYS && refused < 20; key++) {
        ink_store_status status = put(store, key);
        there[key] = !status;
        refused += status == INK_STORE_FULL;
        check(!status || status == INK_STORE_FULL, ink_store_word(status));
    }
    check(refused == 20, "the disk becomes full");
    size_t events, count = 0;
    for (int i = 0; i < key; i++) {
        count += there[i];
        check(!there[i] || whole(store, i), "what was acknowledged is there");
        check(there[i] || !whole(store, i), "what was refused is not");
    }
    check(!ink_store_event_count(store, &events) && events == count, "an event for each that was acknowledged");
    for (int i = 0; i < key; i++) {
        char name[16];
        snprintf(name, sizeof name, "k%d.png", i);
        if (there[i] && i % 2) check(!ink_store_delete(store, "b", name, NULL, NULL), "deleting works on a full disk");
    }
    for (int i = 1; i < key / 4; i += 2) check(!put(store, i) && whole(store, i), "with space again, putting works");
}

int main(void)
{
    char folder[TEST_FOLDER_LEN];
    struct ink_store *store;
    struct ink_error err = {0};
    ink_log_setup(INK_LOG_ERROR, false);
    test_folder_make(folder);
    if (!mount_small(folder)) {
        printf("skipped: no tmpfs may be mounted here\n");
        rmdir(folder);
        return 77;
    }
    if (ink_store_open(folder, &store, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    fill_and_empty(store);
    ink_store_close(store);
    umount(folder);
    rmdir(folder);
    return failures != 0;
}
