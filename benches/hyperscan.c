/* Times Hyperscan over a file in memory, for benches/compare.py.
 *
 *     cc -O2 -o hyperscan benches/hyperscan.c -lhs
 *     hyperscan FILE PATTERNS
 *
 * PATTERNS has one pattern in each line, behind letters for its flags and a blank: i ignores case, L gives the leftmost start
 * of a match, - is for none. A pattern that Hyperscan refuses is left out and counted. The text is scanned in blocks of 128 KiB,
 * as scrubjay cuts it; every match is a callback that counts. Writes JSON: bytes, processor time of the thread, matches. */

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 128 << 10, WARM = 4 << 20, MOST = 8192 };

static char *contents(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) exit(1);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    if (!bytes || fread(bytes, 1, *length, file) != *length) exit(1);
    fclose(file);
    bytes[*length] = 0;
    return bytes;
}

static int met(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *count) {
    (void)id, (void)from, (void)to, (void)flags;
    ++*(unsigned long long *)count;
    return 0;
}

static unsigned long long scan(const hs_database_t *database, hs_scratch_t *scratch, const char *text, size_t length) {
    unsigned long long count = 0;
    for (size_t at = 0; at < length; at += BLOCK) {
        size_t block = length - at < BLOCK ? length - at : BLOCK;
        if (hs_scan(database, text + at, (unsigned)block, 0, scratch, met, &count) != HS_SUCCESS) exit(1);
    }
    return count;
}

static unsigned long long cpu(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
}

int main(int arguments, char **argument) {
    if (arguments != 3) return 2;
    size_t length, listed;
    char *text = contents(argument[1], &length);
    char *list = contents(argument[2], &listed);
    static const char *patterns[MOST];
    static unsigned flags[MOST], ids[MOST];
    unsigned count = 0, refused = 0;
    for (char *line = strtok(list, "\n"); line && count < MOST; line = strtok(NULL, "\n")) {
        char *pattern = strchr(line, ' ');
        if (!pattern) continue;
        *pattern++ = 0;
        unsigned flag = (strchr(line, 'i') ? HS_FLAG_CASELESS : 0) | (strchr(line, 'L') ? HS_FLAG_SOM_LEFTMOST : 0);
        hs_database_t *alone;
        hs_compile_error_t *error;
        if (hs_compile(pattern, flag, HS_MODE_BLOCK, NULL, &alone, &error) != HS_SUCCESS) {
            hs_free_compile_error(error);
            refused++;
            continue;
        }
        hs_free_database(alone);
        patterns[count] = pattern;
        flags[count] = flag;
        ids[count] = count;
        count++;
    }
    hs_database_t *database;
    hs_compile_error_t *error;
    hs_scratch_t *scratch = NULL;
    if (hs_compile_multi(patterns, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 1;
    scan(database, scratch, text, length < WARM ? length : WARM);
    unsigned long long start = cpu();
    unsigned long long matches = scan(database, scratch, text, length);
    unsigned long long time = cpu() - start;
    printf("{\"bytes\": %zu, \"cpu_ns\": %llu, \"findings\": %llu, \"patterns\": %u, \"refused\": %u, \"version\": \"%s\"}\n",
           length, time, matches, count, refused, hs_version());
    return 0;
}
