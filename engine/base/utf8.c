#include "base/utf8.h"

static bool in_range(unsigned char c, unsigned char low, unsigned char high)
{
    return c >= low && c <= high;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t utf8_length(const char *text, size_t size)
{
    const unsigned char *b = (const unsigned char *)text;

    if (b[0] < 0x80)
        return 1;
    if (in_range(b[0], 0xc2, 0xdf))
        return size >= 2 && is_tail(b[1]) ? 2 : 0;
    if (in_range(b[0], 0xe0, 0xef)) {
        unsigned char low = b[0] == 0xe0 ? 0xa0 : 0x80;
        unsigned char high = b[0] == 0xed ? 0x9f : 0xbf;
        return size >= 3 && in_range(b[1], low, high) && is_tail(b[2]) ? 3 : 0;
    }
    if (in_range(b[0], 0xf0, 0xf4)) {
        unsigned char low = b[0] == 0xf0 ? 0x90 : 0x80;
        unsigned char high = b[0] == 0xf4 ? 0x8f : 0xbf;
        bool valid = size >= 4 && in_range(b[1], low, high) && is_tail(b[2]) && is_tail(b[3]);
        return valid ? 4 : 0;
    }
    return 0;
}

bool utf8_is_valid(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t length = utf8_length(text + i, size - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

const char *utf8_find_bad(const char *text, size_t size, int *line)
{
    *line = 1;
    for (size_t i = 0, length; i < size; i += length) {
        length = utf8_length(text + i, size - i);
        if (length == 0 || text[i] == '\0')
            return text + i;
        *line += text[i] == '\n';
    }
    return NULL;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}
