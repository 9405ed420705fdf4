/*
 * The connector "file": a local folder as an object store.
 */
#include "host.h"
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct aorta_error err;
static const struct aorta_connector *file;
static const struct aorta_object_store *store;

static void *open_at(const char *path)
{
    struct aorta_option_value values[HOST_OPTIONS];
    void *connection;

    file = host_connector("file");
    store = file->object_store;
    host_options(values, file->options, "path", path, NULL);
    check_ok(file->open(&host, values, &connection, &err));
    return connection;
}

static void put(void *connection, const char *key, const char *text)
{
    check_ok(store->put(connection, key, text, strlen(text), false, NULL, &err));
}

/* The object's whole content, at most 63 bytes of it. */
static const char *content(void *connection, const char *key)
{
    static char text[64];
    size_t got = 0;

    check_ok(store->read(connection, key, 0, text, sizeof text - 1, &got, &err));
    text[got] = '\0';
    return text;
}

/* Keys of a list, each followed by a space. */
struct keys {
    char text[1 << 16];
    size_t size;
    int limit; /* the list is ended after so many, 0: never */
    int count;
};

static int add_key(void *arg, const struct aorta_object *object)
{
    struct keys *keys = arg;

    keys->size += (size_t)snprintf(keys->text + keys->size, sizeof keys->text - keys->size, "%s ",
                                   object->key);
    check(keys->size < sizeof keys->text);
    return ++keys->count == keys->limit;
}

static const char *list_some(void *connection, const char *prefix, const char *start_after,
                             int limit)
{
    static struct keys keys;

    keys = (struct keys){.limit = limit};
    check_ok(store->list(connection, prefix, start_after, add_key, &keys, &err));
    return keys.text;
}

static const char *list(void *connection, const char *prefix, const char *start_after)
{
    return list_some(connection, prefix, start_after, 0);
}

/* How many entries the folder has, hidden ones too. */
static int entries_of(const char *path)
{
    int count = -2; /* "." and ".." */
    DIR *dir = opendir(path);

    check(dir != NULL);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static const char *below(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

/* A file system of 64 KiB at the path, seen by this process only. */
static int mount_small(const char *path)
{
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -1;
    return mount("aorta", path, "tmpfs", 0, "size=64k");
}

/* ------------------------------------------------------------------------------------- objects */

TEST("an object is there whole after its put, with a size, a time and an etag that changes")
{
    void *lake = open_at(below("lake/deep"));
    struct aorta_object object;
    char etag[64];

    check_int(store->stat(lake, "a/b/c.jsonl", &object, &err), 0);
    put(lake, "a/b/c.jsonl", "first");
    check_int(store->stat(lake, "a/b/c.jsonl", &object, &err), 1);
    check_str(object.key, "a/b/c.jsonl");
    check_int(object.size_bytes, 5);
    check(llabs(object.modified_us / 1000000 - (int64_t)time(NULL)) < 60);
    snprintf(etag, sizeof etag, "%s", object.etag);
    put(lake, "a/b/c.jsonl", "other");
    check_int(store->stat(lake, "a/b/c.jsonl", &object, &err), 1);
    check(strcmp(etag, object.etag) != 0);
    check_str(content(lake, "a/b/c.jsonl"), "other");
    check_int(store->stat(lake, "a/b", &object, &err), 0);
    check_int(store->stat(lake, "a/b/c.jsonl/d", &object, &err), 0);
    check_int(entries_of(below("lake/deep/a/b")), 1);
    file->close(lake);
}

TEST("a read gives the part that was asked for, and less only at the end")
{
    void *lake = open_at(below("lake"));
    char text[8] = {0};
    size_t got;

    put(lake, "k", "0123456789");
    put(lake, "empty", "");
    check_ok(store->read(lake, "k", 3, text, 4, &got, &err));
    check_int(got, 4);
    check(memcmp(text, "3456", 4) == 0);
    check_ok(store->read(lake, "k", 8, text, 4, &got, &err));
    check_int(got, 2);
    check_ok(store->read(lake, "k", 10, text, 4, &got, &err));
    check_int(got, 0);
    check_ok(store->read(lake, "empty", 0, text, 4, &got, &err));
    check_int(got, 0);
    check_fails(store->read(lake, "none", 0, text, 4, &got, &err), AORTA_DATA,
                "there is no object 'none'");
    check_fails(store->read(lake, "none/k", 0, text, 4, &got, &err), AORTA_DATA, "no object");
    file->close(lake);
}

TEST("put if absent keeps what is there and says so")
{
    void *lake = open_at(below("lake"));
    bool created = false;

    check_ok(store->put(lake, "plan", "mine", 4, true, &created, &err));
    check(created);
    check_ok(store->put(lake, "plan", "yours", 5, true, &created, &err));
    check(!created);
    check_str(content(lake, "plan"), "mine");
    check_ok(store->put(lake, "plan", "yours", 5, false, &created, &err));
    check(created);
    check_str(content(lake, "plan"), "yours");
    check_int(entries_of(below("lake")), 1);
    file->close(lake);
}

TEST("of many processes that put the same key if absent exactly one creates it")
{
    enum { WRITERS = 8, KEYS = 40 };
    void *lake = open_at(below("lake"));
    int results[2];
    unsigned char won[WRITERS * KEYS];
    int winners[KEYS] = {0};
    char key[32], text[32];
    ssize_t got, total = 0;

    check(pipe(results) == 0);
    for (int writer = 0; writer < WRITERS; writer++) {
        if (fork() != 0)
            continue;
        for (int i = 0; i < KEYS; i++) {
            bool created;
            snprintf(key, sizeof key, "race/%d", i);
            snprintf(text, sizeof text, "%d", writer);
            check_ok(store->put(lake, key, text, strlen(text), true, &created, &err));
            unsigned char n = (unsigned char)i;
            check(!created || write(results[1], &n, 1) == 1);
            check(!created || strcmp(content(lake, key), text) == 0);
        }
        _exit(0);
    }
    close(results[1]);
    while ((got = read(results[0], won + total, sizeof won - (size_t)total)) > 0)
        total += got;
    while (wait(NULL) > 0)
        ;
    check_int(total, KEYS);
    for (ssize_t i = 0; i < total; i++)
        winners[won[i]]++;
    for (int i = 0; i < KEYS; i++)
        check_int(winners[i], 1);
    check_int(entries_of(below("lake/race")), KEYS);
    file->close(lake);
}

TEST("removing is done once and fine ever after")
{
    void *lake = open_at(below("lake"));
    struct aorta_object object;

    put(lake, "a/b", "x");
    check_ok(store->remove(lake, "a/b", &err));
    check_int(store->stat(lake, "a/b", &object, &err), 0);
    check_ok(store->remove(lake, "a/b", &err));
    check_ok(store->remove(lake, "never/was", &err));
    file->close(lake);
}

/* --------------------------------------------------------------------------------------- lists */

TEST("a list is in the order of the whole keys, where a folder sorts by its slash")
{
    void *lake = open_at(below("lake"));

    put(lake, "a0", "");
    put(lake, "a/b", "");
    put(lake, "a/b-c", "");
    put(lake, "a/b.d/e", "");
    put(lake, "a-b", "");
    put(lake, "a.b", "");
    put(lake, "a!", "");
    put(lake, "B", "");
    put(lake, "\xc3\xa9", "");
    check_str(list(lake, "", NULL), "B a! a-b a.b a/b a/b-c a/b.d/e a0 \xc3\xa9 ");
    check_str(list(lake, "a", NULL), "a! a-b a.b a/b a/b-c a/b.d/e a0 ");
    check_str(list(lake, "a/", NULL), "a/b a/b-c a/b.d/e ");
    check_str(list(lake, "a/b.", NULL), "a/b.d/e ");
    check_str(list(lake, "a/b", "a/b-c"), "a/b.d/e ");
    check_str(list(lake, "", "a/b.d"), "a/b.d/e a0 \xc3\xa9 ");
    check_str(list(lake, "", "a/zzz"), "a0 \xc3\xa9 ");
    check_str(list(lake, "", "a"), "a! a-b a.b a/b a/b-c a/b.d/e a0 \xc3\xa9 ");
    check_str(list(lake, "nothing", NULL), "");
    check_str(list(lake, "a/b/c/d", NULL), "");
    check_str(list_some(lake, "", NULL, 3), "B a! a-b ");
    file->close(lake);
}

enum { KEY_SIZE = 12, KEYS = 300, LISTS = 400 };

static int compare_keys(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_key(const char *text)
{
    for (const char *segment = text;; segment++) {
        size_t size = strcspn(segment, "/");
        if (size == 0 || (size <= 2 && memcmp(segment, "..", size) == 0))
            return false;
        segment += size;
        if (*segment == '\0')
            return true;
    }
}

/* Of few letters, so that keys share beginnings, with those that sort around the slash. */
static void make_key(char key[KEY_SIZE], unsigned *seed)
{
    static const char letters[] = "ab-./0";

    do {
        size_t size = 1 + (size_t)rand_r(seed) % (KEY_SIZE - 3);
        for (size_t i = 0; i < size; i++)
            key[i] = letters[(size_t)rand_r(seed) % (sizeof letters - 1)];
        key[size] = '\0';
    } while (!is_key(key));
}

/* Whether one key is a folder of another, or the same: a file system cannot hold both. */
static bool collides(char keys[][KEY_SIZE], int count, const char *key)
{
    size_t size = strlen(key);

    for (int i = 0; i < count; i++) {
        size_t other = strlen(keys[i]);
        size_t shorter = size < other ? size : other;
        const char *longer = size < other ? keys[i] : key;
        if (memcmp(keys[i], key, shorter) == 0 && (longer[shorter] == '/' || size == other))
            return true;
    }
    return false;
}

static void expect(char keys[][KEY_SIZE], const char *prefix, const char *start_after, char *out,
                   size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < KEYS; i++)
        if (strncmp(keys[i], prefix, strlen(prefix)) == 0 && strcmp(keys[i], start_after) > 0)
            used += (size_t)snprintf(out + used, size - used, "%s ", keys[i]);
}

TEST("lists of random keys by random prefixes and beginnings are those of sorting")
{
    struct aorta_option_value values[HOST_OPTIONS];
    static char expected[KEYS * KEY_SIZE + 1];
    static char keys[KEYS][KEY_SIZE];
    char prefix[KEY_SIZE], start_after[KEY_SIZE];
    unsigned seed = 20240401;
    void *lake;

    file = host_connector("file");
    store = file->object_store;
    host_options(values, file->options, "path", below("lake"), "sync", "false", NULL);
    check_ok(file->open(&host, values, &lake, &err));
    for (int i = 0; i < KEYS; i++) {
        do
            make_key(keys[i], &seed);
        while (collides(keys, i, keys[i]));
        put(lake, keys[i], keys[i]);
    }
    qsort(keys, KEYS, KEY_SIZE, compare_keys);
    for (int i = 0; i < LISTS; i++) {
        make_key(prefix, &seed);
        make_key(start_after, &seed);
        prefix[(size_t)rand_r(&seed) % (strlen(prefix) + 1)] = '\0';
        start_after[(size_t)rand_r(&seed) % (strlen(start_after) + 1)] = '\0';
        expect(keys, prefix, start_after, expected, sizeof expected);
        check_str(list(lake, prefix, start_after), expected);
    }
    for (int i = 0; i < KEYS; i++)
        check_str(content(lake, keys[i]), keys[i]);
    file->close(lake);
}

/* -------------------------------------------------------------------------- what must not be */

TEST("a key that leads out of the folder, or is none, is refused by every call")
{
    static const struct {
        const char *key;
        const char *problem;
    } bad[] = {
        {"", "is empty"},          {"/etc/passwd", "begins with a slash"},
        {"a//b", "empty segment"}, {"a/", "empty segment"},
        {"../x", "\"..\""},        {"a/../../x", "\"..\""},
        {"a/./b", "\".\""},        {"a/.aorta-1-1", "begins with \".aorta-\""},
    };
    void *lake = open_at(below("lake"));
    struct aorta_object object;
    char longest[1100], byte;
    size_t got;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *key = bad[i].key;
        check_fails(store->put(lake, key, "x", 1, false, NULL, &err), AORTA_CONFIG, bad[i].problem);
        check_fails(store->read(lake, key, 0, &byte, 1, &got, &err), AORTA_CONFIG, bad[i].problem);
        check_fails(store->stat(lake, key, &object, &err), AORTA_CONFIG, bad[i].problem);
        check_fails(store->remove(lake, key, &err), AORTA_CONFIG, bad[i].problem);
    }
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    check_fails(store->put(lake, longest, "x", 1, false, NULL, &err), AORTA_CONFIG, "255 bytes");
    longest[255] = '\0';
    put(lake, longest, "x");
    for (size_t i = 0; i < sizeof longest - 1; i++)
        longest[i] = i % 2 == 0 ? 'a' : '/';
    longest[65] = '\0'; /* 33 segments */
    check_fails(store->put(lake, longest, "x", 1, false, NULL, &err), AORTA_CONFIG, "32 segments");
    longest[63] = '\0';
    put(lake, longest, "x");
    check_contains(list(lake, "a/", NULL), longest);
    file->close(lake);
}

TEST("a symbolic link is no object and leads nowhere")
{
    void *lake = open_at(below("lake"));
    struct aorta_object object;
    char outside[512], link[512], byte;
    size_t got;

    snprintf(outside, sizeof outside, "%s/outside", test_folder());
    check(mkdir(outside, 0777) == 0);
    snprintf(link, sizeof link, "%s/lake/way", test_folder());
    check(symlink(outside, link) == 0);
    snprintf(link, sizeof link, "%s/lake/passwd", test_folder());
    check(symlink("/etc/passwd", link) == 0);
    put(lake, "here", "x");

    check_str(list(lake, "", NULL), "here ");
    check_int(store->stat(lake, "passwd", &object, &err), 0);
    check_fails(store->read(lake, "passwd", 0, &byte, 1, &got, &err), AORTA_DATA, "no object");
    check_fails(store->read(lake, "way/x", 0, &byte, 1, &got, &err), AORTA_DATA, "no object");
    check_fails(store->put(lake, "way/x", "x", 1, false, NULL, &err), AORTA_CONFIG,
                "a file or a link is where a folder must be");
    check_int(entries_of(outside), 0);
    put(lake, "passwd", "ours"); /* the link is replaced, not followed */
    check_str(content(lake, "passwd"), "ours");
    file->close(lake);
}

TEST("what a dead put left is no object, and is removed when it is an hour old")
{
    const struct timespec old[2] = {{time(NULL) - 3700, 0}, {time(NULL) - 3700, 0}};
    void *lake = open_at(below("lake"));
    char path[512];

    put(lake, "a/b", "x");
    snprintf(path, sizeof path, "%s/lake/a/.aorta-99-0", test_folder());
    int fd = open(path, O_CREAT | O_WRONLY, 0666);
    check(fd >= 0);
    close(fd);
    check_str(list(lake, "", NULL), "a/b ");
    check(access(path, F_OK) == 0);
    check(utimensat(AT_FDCWD, path, old, 0) == 0);
    check_str(list(lake, "", NULL), "a/b ");
    check(access(path, F_OK) < 0);
    file->close(lake);
}

TEST("a process killed before the rename leaves no object, one killed after it leaves a whole one")
{
    static const char *const points[] = {"file.put.rename.before", "file.put.rename.after"};

    test_folder(); /* before the processes, so that they share it */
    for (int i = 0; i < 2; i++) {
        char folder[32];
        int status = 0;
        snprintf(folder, sizeof folder, "lake%d", i);
        pid_t pid = fork();
        if (pid == 0) {
            setenv("AORTA_FAULT", points[i], 1); /* read when the module is loaded */
            void *lake = open_at(below(folder));
            put(lake, "a/plan", "whole");
            _exit(0);
        }
        check(waitpid(pid, &status, 0) == pid);
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    void *before = open_at(below("lake0"));
    void *after = open_at(below("lake1"));
    check_str(list(before, "", NULL), "");
    check_int(entries_of(below("lake0/a")), 1);
    check_str(list(after, "", NULL), "a/plan ");
    check_str(content(after, "a/plan"), "whole");
    file->close(before);
    file->close(after);
}

TEST("an object cannot have objects below it")
{
    void *lake = open_at(below("lake"));

    put(lake, "a", "x");
    check_fails(store->put(lake, "a/b", "x", 1, false, NULL, &err), AORTA_CONFIG,
                "make the folder of 'a/b': a file or a link is where a folder must be");
    put(lake, "c/d", "x");
    check_fails(store->put(lake, "c", "x", 1, false, NULL, &err), AORTA_CONFIG, "name 'c'");
    check_int(entries_of(below("lake")), 2);
    file->close(lake);
}

TEST("a full disk is waited for, says so, and leaves nothing behind")
{
    /* A disk of 64 KiB takes a mount, which takes a namespace of our own. */
    void *lake;
    char *megabyte = calloc(1, 1 << 20);

    check(mkdir(below("small"), 0777) == 0);
    if (mount_small(below("small")) < 0) {
        printf("        not tested: no mount namespace here\n");
        free(megabyte);
        return;
    }
    lake = open_at(below("small"));
    check_fails(store->put(lake, "big", megabyte, 1 << 20, false, NULL, &err), AORTA_TRANSIENT,
                "is full");
    check_int(entries_of(below("small")), 0);
    put(lake, "small", "fits");
    file->close(lake);
    free(megabyte);
    check(umount(below("small")) == 0);
}

TEST("a folder that cannot be made is a matter of configuration")
{
    struct aorta_option_value values[HOST_OPTIONS];
    void *connection;

    file = host_connector("file");
    host_options(values, file->options, "path", "/proc/nowhere/lake", NULL);
    check_fails(file->open(&host, values, &connection, &err), AORTA_CONFIG, "/proc/nowhere");
    void *lake = open_at(below("lake"));
    check_contains(store->url(lake), "file:///");
    check_contains(store->url(lake), "/lake");
    file->close(lake);
}
