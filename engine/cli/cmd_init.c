#include "base/buf.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/starter.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands in the starter's pipeline.toml where the folder's name goes. */
static const char NAME_LINE[] = "name = \"starter\"";

struct starting {
    const char *folder;
    struct arena *arena;
    size_t written; /* files, in the order of the table */
    char **folders; /* that were made, parents first */
    size_t folder_count;
};

static const char *path_of(const struct starting *starting, size_t file)
{
    const char *path = starter_files[file].path;

    if (strcmp(starting->folder, ".") == 0)
        return path;
    return arena_printf(starting->arena, "%s/%s", starting->folder, path);
}

/* The name of the folder, as far as it can be one of a pipeline. */
static const char *pipeline_name(const struct starting *starting)
{
    char *whole = realpath(starting->folder, NULL);
    const char *slash = whole != NULL ? strrchr(whole, '/') : NULL;
    char *name =
        arena_strdup(starting->arena, slash != NULL && slash[1] != '\0' ? slash + 1 : "starter");

    free(whole);
    for (char *p = name; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && *p != '-')
            *p = '_';
    return name;
}

/* Names all files that are there already; how many. */
static size_t report_obstacles(const struct starting *starting)
{
    struct stat stat_buf;
    size_t count = 0;

    for (size_t i = 0; i < starter_file_count; i++) {
        const char *path = path_of(starting, i);
        if (lstat(path, &stat_buf) < 0)
            continue;
        if (count++ == 0)
            command_fail(0, "nothing was written, these are in the way:");
        fprintf(stderr, "  %s\n", path);
    }
    return count;
}

/* Makes the folder if it is not there, and remembers that it did. */
static int make_folder(struct starting *starting, const char *path, struct err *err)
{
    if (mkdir(path, 0777) == 0) {
        starting->folders[starting->folder_count++] = arena_strdup(starting->arena, path);
        return 0;
    }
    struct stat stat_buf;
    if (errno == EEXIST && stat(path, &stat_buf) == 0 && S_ISDIR(stat_buf.st_mode))
        return 0;
    return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno == EEXIST ? ENOTDIR : errno));
}

/* The folders on the way to the file, those of starting->folder too. */
static int make_folders(struct starting *starting, const char *path, struct err *err)
{
    char *copy = arena_strdup(starting->arena, path);

    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (make_folder(starting, copy, err) < 0)
            return -1;
        *slash = '/';
    }
    return 0;
}

static int write_file(const char *path, const struct buf *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0)
        return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
    ssize_t written = write(fd, text->data, text->size); /* a few hundred bytes: at once or not */
    int error = written < 0 ? errno : ENOSPC;
    bool whole = written == (ssize_t)text->size;
    if (close(fd) < 0 && whole) {
        whole = false;
        error = errno;
    }
    if (whole)
        return 0;
    unlink(path);
    return err_set(err, ERR_TRANSIENT, "%s: %s", path, strerror(error));
}

static void append_text(const struct starting *starting, const struct starter_file *file,
                        struct buf *out)
{
    const char *text = (const char *)file->text;
    const char *line = strcmp(file->path, "pipeline.toml") == 0 ? strstr(text, NAME_LINE) : NULL;

    if (line == NULL) {
        buf_append(out, text, file->size);
        return;
    }
    buf_append(out, text, (size_t)(line - text));
    buf_printf(out, "name = \"%s\"", pipeline_name(starting));
    buf_append_str(out, line + sizeof NAME_LINE - 1);
}

static int write_all(struct starting *starting, struct err *err)
{
    struct buf text;
    int result = 0;

    buf_init(&text);
    for (size_t i = 0; result == 0 && i < starter_file_count; i++) {
        const char *path = path_of(starting, i);
        result = make_folders(starting, path, err);
        if (result < 0)
            break;
        buf_reset(&text);
        append_text(starting, &starter_files[i], &text);
        result = write_file(path, &text, err);
        starting->written += result == 0;
    }
    buf_release(&text);
    return result;
}

/* Leaves things as they were found. */
static void take_back(struct starting *starting)
{
    while (starting->written > 0)
        unlink(path_of(starting, --starting->written));
    while (starting->folder_count > 0)
        rmdir(starting->folders[--starting->folder_count]);
}

static int begin(struct starting *starting)
{
    struct err err;

    if (report_obstacles(starting) > 0)
        return EXIT_USAGE;
    if (write_all(starting, &err) < 0) {
        take_back(starting);
        return command_fail(EXIT_FAILED, "nothing was written: %s", err.message);
    }
    printf("a pipeline, made of\n");
    for (size_t i = 0; i < starter_file_count; i++)
        printf("  %s\n", starter_files[i].path);
    puts("\nwhat to do next");
    if (strcmp(starting->folder, ".") != 0)
        printf("  cd %s\n", starting->folder);
    puts("  aorta run          brings it up to date\n"
         "  aorta query @top   asks a saved question\n"
         "  aorta ls           what there is, and whether it is up to date");
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    enum { MAX_FOLDERS = 4096 / 2 + 8 }; /* of PATH_MAX, and ours */
    struct starting starting = {0};
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_init, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 1) {
        command_fail(EXIT_USAGE, "init wants one folder, or none for this one");
        goto out;
    }
    if (a.rest_count == 1 && a.rest[0][0] == '\0') {
        command_fail(EXIT_USAGE, "init wants the name of a folder, not nothing");
        goto out;
    }
    starting.arena = &arena;
    starting.folder = a.rest_count == 1 ? a.rest[0] : ".";
    starting.folders = arena_calloc(&arena, MAX_FOLDERS, sizeof(char *));
    status = begin(&starting);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {{0}};

const struct command cmd_init = {
    "init",
    "[DIR]",
    "<folders>",
    "Writes a small pipeline that runs at once, as a beginning of your own",
    "A seed, a model, a check, a question, and pipeline.toml with a word on each setting. No file is\n"
    "overwritten: if one is in the way, nothing is written.",
    flags,
    run};
