/* Gives a fuzz target the files of the folder that its only argument names. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/file.h"

#include <dirent.h>
#include <string.h>

/* A block of its own size, so that a byte read behind its end is found. */
static void run_on(const char *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    must(copy != NULL);
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void replay(const char *path)
{
    struct buf content;
    struct err err;

    buf_init(&content);
    if (file_read(path, (size_t)1 << 20, &content, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    for (size_t size = 0; size <= content.size; size++)
        run_on(content.data, size);
    buf_release(&content);
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    char path[4096];
    int files = 0;

    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        replay(path);
        files++;
    }
    closedir(folder);
    printf("%d files\n", files);
    return files == 0;
}
