/*
 * Unit tests: each in its own process, its name a sentence.
 *
 *     #include "test.h"
 *
 *     TEST("a map keeps the order of insertion")
 *     {
 *         ...
 *         check_str(map.entries[0].key, "b");
 *     }
 *
 * A test program is one such file (several TESTs) linked with test.c. It runs every test, or those
 * whose name contains its first argument, and exits 0 if all passed. A failed check ends its test.
 */
#ifndef AORTA_TEST_H
#define AORTA_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name;
    void (*run)(void);
    struct test *next;
};

void test_register(struct test *test);

/* A fresh empty folder that is removed when the test process ends. Absolute path. */
const char *test_folder(void);

_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void test_check_str(const char *file, int line, const char *expr, const char *got,
                    const char *wanted);
void test_check_int(const char *file, int line, const char *expr, int64_t got, int64_t wanted);
void test_check_contains(const char *file, int line, const char *got, const char *part);

#define TEST_JOIN_(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN_(a, b)
#define TEST(sentence)                                                               \
    static void TEST_JOIN(test_at_, __LINE__)(void);                                 \
    __attribute__((constructor)) static void TEST_JOIN(register_at_, __LINE__)(void) \
    {                                                                                \
        static struct test test = {sentence, TEST_JOIN(test_at_, __LINE__), NULL};   \
        test_register(&test);                                                        \
    }                                                                                \
    static void TEST_JOIN(test_at_, __LINE__)(void)

#define check(expr)                                               \
    do {                                                          \
        if (!(expr))                                              \
            test_fail(__FILE__, __LINE__, "not true: %s", #expr); \
    } while (0)
#define check_str(got, wanted) test_check_str(__FILE__, __LINE__, #got, got, wanted)
#define check_int(got, wanted) \
    test_check_int(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(wanted))
#define check_contains(got, part) test_check_contains(__FILE__, __LINE__, got, part)

/* For calls that return 0 or -1 with `struct err err` (or aorta_error) in scope. */
#define check_ok(call)                                                   \
    do {                                                                 \
        if ((call) < 0)                                                  \
            test_fail(__FILE__, __LINE__, "%s: %s", #call, err.message); \
    } while (0)
#define check_fails(call, code_wanted, part)                                                       \
    do {                                                                                           \
        if ((call) >= 0)                                                                           \
            test_fail(__FILE__, __LINE__, "%s did not fail", #call);                               \
        test_check_int(__FILE__, __LINE__, "err.code", (int64_t)err.code, (int64_t)(code_wanted)); \
        test_check_contains(__FILE__, __LINE__, err.message, part);                                \
    } while (0)

#endif
