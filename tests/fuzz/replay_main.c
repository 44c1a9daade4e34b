/* replay_main.c - feeds every file of a corpus folder to a fuzz target, as an ordinary test. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

/* The whole file in memory of exactly its size, so that ASan sees one byte too many. */
static uint8_t *read_file(FILE *file, size_t *size)
{
    if (fseek(file, 0, SEEK_END) != 0) {
        return NULL;
    }
    long end = ftell(file);
    if (end < 0 || fseek(file, 0, SEEK_SET) != 0) {
        return NULL;
    }
    *size = (size_t)end;
    uint8_t *data = malloc(*size == 0 ? 1 : *size);
    if (data != NULL && fread(data, 1, *size, file) != *size) {
        free(data);
        return NULL;
    }
    return data;
}

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;
    uint8_t *data = file == NULL ? NULL : read_file(file, &size);
    if (file != NULL) {
        fclose(file);
    }
    if (data == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        return 1;
    }
    printf("%s\n", path);
    fflush(stdout); /* the last line names the file that crashed */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    int failed = 0;
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        int len = snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        failed |= len < 0 || (size_t)len >= sizeof path ? 1 : replay(path);
        count++;
    }
    closedir(folder);
    printf("%u inputs replayed\n", count);
    return failed != 0 || count == 0; /* an empty corpus tests nothing */
}
