/*
 * Whole files, and the two hashes.
 */
#include "test.h"

#include "base/file.h"
#include "base/hash.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path_of(const char *name)
{
    static char path[4][512];
    static int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", test_folder(), name);
    return path[next];
}

static int count_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = 0;

    check(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

TEST("a file that is written is what is read, whatever its bytes")
{
    struct buf got;
    struct err err;

    buf_init(&got);
    buf_append_str(&got, "before ");
    check_ok(file_write_atomic(path_of("f"), "a\0b\n", 4, &err));
    check_ok(file_read(path_of("f"), 4, &got, &err));
    check_int(got.size, 11);
    check(memcmp(got.data, "before a\0b\n", 12) == 0);
    check_ok(file_write_atomic(path_of("f"), "", 0, &err));
    buf_reset(&got);
    check_ok(file_read(path_of("f"), 0, &got, &err));
    check_int(got.size, 0);
    check_int(count_entries(test_folder()), 1);
    buf_release(&got);
}

TEST("a file that is too large, a folder, and none are errors that leave the buffer alone")
{
    struct buf got;
    struct err err;

    buf_init(&got);
    buf_append_str(&got, "before");
    check_ok(file_write_atomic(path_of("f"), "12345", 5, &err));
    check_fails(file_read(path_of("f"), 4, &got, &err), ERR_CONFIG, "larger than 4 bytes");
    check_fails(file_read(path_of("none"), 4, &got, &err), ERR_CONFIG, "No such file");
    check_fails(file_read(test_folder(), 4, &got, &err), ERR_CONFIG, "Is a directory");
    check_str(got.data, "before");
    buf_release(&got);
}

/* A child that may write 100 bytes to a file tries to replace one by 5,000. */
static void write_too_much(void)
{
    static char large[5000];
    struct rlimit limit = {100, 100};
    struct err err;

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(file_write_atomic(path_of("f"), large, sizeof large, &err) == 0 ? 1 : 0);
}

TEST("a write that fails leaves the old content, and nothing beside it")
{
    struct buf got;
    struct err err;
    int status;

    check_ok(file_write_atomic(path_of("f"), "old", 3, &err));
    pid_t child = fork();
    if (child == 0)
        write_too_much();
    check_int(waitpid(child, &status, 0), child);
    check_int(status, 0);
    buf_init(&got);
    check_ok(file_read(path_of("f"), 100, &got, &err));
    check_str(got.data, "old");
    check_int(count_entries(test_folder()), 1);
    check_fails(file_write_atomic(path_of("none/f"), "x", 1, &err), ERR_CONFIG, "create");
    mkdir(path_of("folder"), 0777);
    check_fails(file_write_atomic(path_of("folder"), "x", 1, &err), ERR_CONFIG, "rename to");
    check_int(count_entries(test_folder()), 2);
    buf_release(&got);
}

TEST("folders are made with those above, again too, but not below a file")
{
    struct stat stat_buf;
    struct err err;

    check_ok(file_make_folders(path_of("a/b/c"), &err));
    check_ok(file_make_folders(path_of("a/b/c/"), &err));
    check_ok(file_make_folders(path_of("a//d"), &err));
    check(stat(path_of("a/b/c"), &stat_buf) == 0 && S_ISDIR(stat_buf.st_mode));
    check(stat(path_of("a/d"), &stat_buf) == 0 && S_ISDIR(stat_buf.st_mode));
    check_ok(file_write_atomic(path_of("f"), "", 0, &err));
    check_fails(file_make_folders(path_of("f/g"), &err), ERR_CONFIG, "Not a directory");
    check_fails(file_make_folders("", &err), ERR_CONFIG, "without a name");
    check_ok(file_make_folders("/", &err));
}

static const char *sha256_of_parts(const char *const *parts)
{
    static char hex[HASH_HEX_SIZE + 1];
    struct hash *hash = hash_new();

    for (; *parts != NULL; parts++)
        hash_add_str(hash, *parts);
    hash_finish(hash, hex);
    return hex;
}

/* Of sha256sum, over each part after its size in eight bytes, least significant first. */
TEST("SHA-256 of parts is that of their sizes and bytes")
{
    check_str(sha256_of_parts((const char *[]){NULL}),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_str(sha256_of_parts((const char *[]){"abc", NULL}),
              "ce91dc5eec0139adf091900d225971d6ad246a845bad791b5693a9d0d55dd391");
    check_str(sha256_of_parts((const char *[]){"ab", "c", NULL}),
              "43ee655579de01ca739b3f95c1c2d3f46d353b2c0df818064ea594506cdb2617");
    check_str(sha256_of_parts((const char *[]){"a", "bc", NULL}),
              "9a8acca1b6c6c0befd3fbc756aed625da998c998f7252e738c4ef061906b9b21");
    check_str(sha256_of_parts((const char *[]){"", NULL}),
              "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc");
}

/* The first output of splitmix64 from seed 0, and the FNV-1a values of its authors' test suite,
 * mixed by it. */
TEST("hashes in memory are the published ones on every machine")
{
    check(hash_mix(0) == 0xe220a8397b1dcdafU);
    check(hash_bytes("", 0) == hash_mix(0xcbf29ce484222325U));
    check(hash_bytes("a", 1) == hash_mix(0xaf63dc4c8601ec8cU));
    check(hash_bytes("foobar", 6) == hash_mix(0x85944171f73967e8U));
    check(hash_bytes("a\0", 2) != hash_bytes("a", 1));
}

TEST("a hash by words tells every byte, every length and every order apart")
{
    enum { LENGTH = 40 };
    char text[LENGTH] = {0};
    uint64_t seen[LENGTH + LENGTH * 8 + 2];
    size_t count = 0;

    for (size_t size = 0; size <= LENGTH; size++)
        seen[count++] = hash_words(text, size);
    for (size_t bit = 0; bit < (size_t)LENGTH * 8; bit++) {
        text[bit / 8] = (char)(1 << bit % 8);
        seen[count++] = hash_words(text, LENGTH);
        text[bit / 8] = 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            check(seen[i] != seen[j]);
    check(hash_words("12345678abcdefgh", 16) != hash_words("abcdefgh12345678", 16));
    check(hash_words("12345678abc", 11) == hash_words("12345678abcd", 11));
}
