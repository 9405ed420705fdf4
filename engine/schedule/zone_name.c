#include "schedule/zone_name.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/suggest.h"
#include "schedule/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some 110 KiB in 2025. */
enum { LIST_BYTES = 1 << 20, PATH_SIZE = 512 };

/* Names point into the list's text. */
struct names {
    struct buf text;
    const char **full;
    size_t count, capacity;
};

/* The field, counted from 0, of a line, or NULL; it is made to end with a NUL. */
static char *cut_field(char *line, const char *between, int number)
{
    char *rest = line, *field = NULL;

    for (int i = 0; i <= number; i++) {
        field = strsep(&rest, between);
        if (field == NULL)
            return NULL;
    }
    return field;
}

/* "Z NAME …", a zone, and "L TARGET NAME", a link, in tzdata.zi. */
static const char *name_in_zi(char *line)
{
    if (line[0] == 'Z' && line[1] == ' ')
        return cut_field(line, " ", 1);
    if (line[0] == 'L' && line[1] == ' ')
        return cut_field(line, " ", 2);
    return NULL;
}

/* The third column of zone1970.tab. */
static const char *name_in_tab(char *line)
{
    return line[0] != '#' ? cut_field(line, "\t", 2) : NULL;
}

static const struct list {
    const char *file;
    const char *(*name_in)(char *line);
} lists[] = {{"tzdata.zi", name_in_zi}, {"zone1970.tab", name_in_tab}};

static void add_name(struct names *names, const char *name)
{
    if (names->count == names->capacity) {
        names->capacity = 2 * names->capacity + 512;
        names->full = alloc_resize(names->full, names->capacity * sizeof *names->full);
    }
    names->full[names->count++] = name;
}

/* Reads the first list that is there. */
static void read_names(struct names *names)
{
    char path[PATH_SIZE];
    struct err ignored;

    for (size_t i = 0; i < sizeof lists / sizeof *lists && names->count == 0; i++) {
        buf_reset(&names->text);
        snprintf(path, sizeof path, "%s/%s", zone_folder(), lists[i].file);
        if (file_read(path, LIST_BYTES, &names->text, &ignored) < 0)
            continue;
        char *rest = names->text.data;
        for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
            const char *name = lists[i].name_in(line);
            if (name != NULL && *name != '\0')
                add_name(names, name);
        }
    }
}

/* The nearest name, or the name whose last part is nearest: "London" means Europe/London. */
static const char *nearest(const struct names *names, const char *name)
{
    const char *found = suggest(name, names->full, names->count);

    if (found != NULL || strchr(name, '/') != NULL)
        return found;
    const char **places = alloc_zeroed(names->count + 1, sizeof *places);
    for (size_t i = 0; i < names->count; i++) {
        const char *slash = strrchr(names->full[i], '/');
        places[i] = slash != NULL ? slash + 1 : names->full[i];
    }
    const char *place = suggest(name, places, names->count);
    for (size_t i = 0; i < names->count && found == NULL; i++)
        if (place == places[i])
            found = names->full[i];
    free(places);
    return found;
}

const char *zone_folder(void)
{
    const char *folder = getenv("TZDIR");

    return folder != NULL && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

bool zone_name_is_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-+./";
    size_t size = strnlen(name, ZONE_NAME_SIZE);

    if (size == 0 || size == ZONE_NAME_SIZE || strspn(name, allowed) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((i == 0 || name[i - 1] == '/') && (name[i] == '/' || name[i] == '.'))
            return false;
    return name[size - 1] != '/';
}

int zone_name_unknown(const char *name, struct err *err)
{
    struct names names = {.count = 0};
    const char *meant;

    buf_init(&names.text);
    read_names(&names);
    meant = nearest(&names, name);
    if (meant != NULL)
        (void)err_set(err, ERR_CONFIG, "there is no time zone \"%s\": did you mean \"%s\"?", name,
                      meant);
    else if (names.count > 0)
        (void)err_set(err, ERR_CONFIG,
                      "there is no time zone \"%s\": names are as \"Europe/London\", \"UTC\"",
                      name);
    else
        (void)err_set(err, ERR_CONFIG,
                      "there is no time zone \"%s\": %s has no time zones: install the package "
                      "tzdata, or set TZDIR",
                      name, zone_folder());
    free(names.full);
    buf_release(&names.text);
    return -1;
}
