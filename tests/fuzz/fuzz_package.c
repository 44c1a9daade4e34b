/* fuzz_package.c - any bytes as a deployment package.
 *
 * Whatever the zip says, nothing appears outside of the folder for code, no more bytes than
 * allowed appear in it, and a package that is refused leaves nothing behind.
 */
#include "fuzz.h"

#include "runtime/package.h"
#include "runtime/scratch.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES_MAX = 64 * 1024 };

static void write_zip(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    REQUIRE(fwrite(data, 1, size, file) == size);
    REQUIRE(fclose(file) == 0);
}

/* How many things lie in a folder; 0 when there is none. */
static unsigned count_entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char work[] = "/tmp/fuzz_package.XXXXXX", zip[64], code_folder[64];
    REQUIRE(mkdtemp(work) != NULL);
    (void)snprintf(zip, sizeof zip, "%s/package.zip", work);
    (void)snprintf(code_folder, sizeof code_folder, "%s/code", work);
    write_zip(zip, data, size);

    char *folder = NULL;
    struct hy_err err = { 0 };
    enum hy_code code = hy_package_unpack(zip, work, BYTES_MAX, &folder, &err);
    REQUIRE((code == HY_OK) == (folder != NULL));
    REQUIRE(code == HY_OK || err.text[0] != '\0');
    REQUIRE(count_entries(work) == 2); /* the zip and the folder for code */
    REQUIRE(count_entries(code_folder) == (code == HY_OK ? 1 : 0));

    free(folder);
    hy_scratch_remove(work);
    struct stat st;
    REQUIRE(stat(work, &st) != 0);
    return 0;
}
