#include "runtime/package.h"

#include "base/sv.h"
#include "runtime/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { NAME_MAX_BYTES = 4096, PART_MAX_BYTES = 255, CHUNK_BYTES = 64 * 1024 };

struct package {
    zip_t *zip;
    const char *path; /* of the zip, for messages */
    int root;         /* the folder it is unpacked into */
    size_t bytes_left; /* of all entries together */
    struct hy_err *err;
};

enum entry_type { A_FILE, A_FOLDER, A_LINK, SOMETHING_ELSE };

struct entry {
    zip_uint64_t index;
    const char *name; /* libzip's */
    enum entry_type type;
    mode_t mode;
};

HY_MUST_CHECK
static enum hy_code refuse(struct package *package, const char *name, const char *why)
{
    return hy_fail(package->err, HY_INVALID, "%s: the entry %.200s %s", package->path, name, why);
}

HY_MUST_CHECK
static enum hy_code fail_io(struct package *package, const char *name)
{
    return hy_fail(package->err, HY_IO, "%s: cannot unpack %.200s: %s", package->path, name,
                   strerror(errno));
}

/* Names. */

static bool is_nothing(hy_sv part)
{
    return part.len == 0 || hy_sv_equal(part, HY_SV("."));
}

/* NULL, or why not. */
static const char *check_name(const char *name)
{
    hy_sv rest = hy_sv_of(name);
    if (rest.len == 0 || rest.len > NAME_MAX_BYTES) {
        return "has no usable name";
    }
    if (name[0] == '/') {
        return "has an absolute name";
    }
    while (rest.len > 0) {
        hy_sv part = hy_sv_cut(&rest, '/');
        if (hy_sv_equal(part, HY_SV(".."))) {
            return "leads out of the package";
        }
        if (part.len > PART_MAX_BYTES) {
            return "has too long a name";
        }
    }
    return NULL;
}

/* A link may climb only at its beginning, and no further than to the root: then it stays
 * inside whatever other links it goes through. */
static const char *check_link(const char *name, hy_sv target)
{
    size_t depth = 0;
    hy_sv rest = hy_sv_of(name);
    while (rest.len > 0) {
        depth += !is_nothing(hy_sv_cut(&rest, '/'));
    }
    if (target.len == 0 || target.ptr[0] == '/') {
        return "is a link to an absolute name";
    }
    bool may_climb = true;
    while (target.len > 0) {
        hy_sv part = hy_sv_cut(&target, '/');
        if (!hy_sv_equal(part, HY_SV(".."))) {
            may_climb = may_climb && is_nothing(part);
        } else if (!may_climb || --depth == 0) {
            return "is a link out of the package";
        }
    }
    return NULL;
}

/* Folders. */

static int open_part(int folder, hy_sv part)
{
    char name[PART_MAX_BYTES + 1];
    memcpy(name, part.ptr, part.len);
    name[part.len] = '\0';
    if (mkdirat(folder, name, 0755) != 0 && errno != EEXIST) {
        return -1;
    }
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Makes and opens the folder that the last part of the name is in. *last is that part; empty
 * when the name is that of the root. -1 with errno. */
static int open_parent(struct package *package, const char *name, hy_sv *last)
{
    int folder = dup(package->root);
    hy_sv rest = hy_sv_of(name);
    *last = HY_SV("");
    while (rest.len > 0 && folder >= 0) {
        hy_sv part = hy_sv_cut(&rest, '/');
        if (is_nothing(part)) {
            continue;
        }
        if (last->len > 0) {
            int inner = open_part(folder, *last);
            int why = errno;
            (void)close(folder);
            errno = why;
            folder = inner;
        }
        *last = part;
    }
    return folder;
}

/* Opens the parent and copies the last part, so that it can be given to the system. */
static int open_place(struct package *package, const char *name, char last[PART_MAX_BYTES + 1])
{
    hy_sv part;
    int folder = open_parent(package, name, &part);
    memcpy(last, part.ptr, part.len);
    last[part.len] = '\0';
    return folder;
}

/* Entries. */

static struct entry entry_of(zip_t *zip, zip_uint64_t index)
{
    struct entry entry = { .index = index, .name = zip_get_name(zip, index, ZIP_FL_ENC_RAW) };
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    (void)zip_file_get_external_attributes(zip, index, 0, &system, &attributes);
    mode_t mode = system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X
                      ? (mode_t)(attributes >> 16) : 0;
    entry.mode = mode & 0755; /* nobody else may write to what we run */
    if (hy_sv_ends_with(hy_sv_of(entry.name), HY_SV("/")) || S_ISDIR(mode)) {
        entry.type = A_FOLDER;
    } else if ((mode & S_IFMT) == 0 || S_ISREG(mode)) {
        entry.type = A_FILE;
    } else {
        entry.type = S_ISLNK(mode) ? A_LINK : SOMETHING_ELSE;
    }
    return entry;
}

static bool write_all(int file, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(file, bytes, len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        len -= (size_t)written;
    }
    return true;
}

static enum hy_code copy_bytes(struct package *package, const struct entry *entry,
                               zip_file_t *from, int to)
{
    char chunk[CHUNK_BYTES];
    for (;;) {
        zip_int64_t len = zip_fread(from, chunk, sizeof chunk);
        if (len < 0) {
            return refuse(package, entry->name, "cannot be read");
        }
        if (len == 0) {
            return HY_OK;
        }
        if ((size_t)len > package->bytes_left) {
            return hy_fail(package->err, HY_INVALID,
                           "%s: Unzipped size must be smaller than %d bytes", package->path,
                           HY_PACKAGE_BYTES_MAX);
        }
        package->bytes_left -= (size_t)len;
        if (!write_all(to, chunk, (size_t)len)) {
            return fail_io(package, entry->name);
        }
    }
}

static enum hy_code unpack_bytes(struct package *package, const struct entry *entry, int to)
{
    zip_file_t *from = zip_fopen_index(package->zip, entry->index, 0);
    if (from == NULL) {
        return refuse(package, entry->name, "cannot be read");
    }
    enum hy_code code = copy_bytes(package, entry, from, to);
    (void)zip_fclose(from);
    return code;
}

static enum hy_code unpack_file(struct package *package, const struct entry *entry)
{
    char last[PART_MAX_BYTES + 1];
    int folder = open_place(package, entry->name, last);
    if (folder < 0) {
        return fail_io(package, entry->name);
    }
    /* Exclusive and not through a link: whatever is there already is a duplicate. */
    int file = openat(folder, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int why = errno;
    (void)close(folder);
    errno = why;
    if (file < 0) {
        return errno == EEXIST ? refuse(package, entry->name, "is there twice")
                               : fail_io(package, entry->name);
    }
    enum hy_code code = unpack_bytes(package, entry, file);
    if (code == HY_OK && fchmod(file, entry->mode == 0 ? 0644 : entry->mode) != 0) {
        code = fail_io(package, entry->name);
    }
    (void)close(file);
    return code;
}

static enum hy_code unpack_folder(struct package *package, const struct entry *entry)
{
    char last[PART_MAX_BYTES + 1];
    int folder = open_place(package, entry->name, last);
    if (folder < 0) {
        return fail_io(package, entry->name);
    }
    bool made = last[0] == '\0' || mkdirat(folder, last, 0755) == 0 || errno == EEXIST;
    int why = errno;
    (void)close(folder);
    errno = why;
    return made ? HY_OK : fail_io(package, entry->name);
}

static enum hy_code read_target(struct package *package, const struct entry *entry, char *target,
                                size_t size)
{
    zip_file_t *from = zip_fopen_index(package->zip, entry->index, 0);
    zip_int64_t len = from == NULL ? -1 : zip_fread(from, target, size);
    if (from != NULL) {
        (void)zip_fclose(from);
    }
    if (len < 0 || (size_t)len >= size || memchr(target, '\0', (size_t)len) != NULL) {
        return refuse(package, entry->name, "is a link that cannot be read");
    }
    target[len] = '\0';
    return HY_OK;
}

static enum hy_code unpack_link(struct package *package, const struct entry *entry)
{
    char target[NAME_MAX_BYTES], last[PART_MAX_BYTES + 1];
    enum hy_code code = read_target(package, entry, target, sizeof target);
    const char *why_not = code == HY_OK ? check_link(entry->name, hy_sv_of(target)) : NULL;
    if (code != HY_OK || why_not != NULL) {
        return code != HY_OK ? code : refuse(package, entry->name, why_not);
    }
    int folder = open_place(package, entry->name, last);
    if (folder < 0) {
        return fail_io(package, entry->name);
    }
    bool made = symlinkat(target, folder, last) == 0;
    int why = errno;
    (void)close(folder);
    errno = why;
    if (made) {
        return HY_OK;
    }
    return errno == EEXIST ? refuse(package, entry->name, "is there twice")
                           : fail_io(package, entry->name);
}

static enum hy_code unpack_entry(struct package *package, const struct entry *entry)
{
    switch (entry->type) {
    case A_FILE:
        return unpack_file(package, entry);
    case A_FOLDER:
        return unpack_folder(package, entry);
    case A_LINK:
        return unpack_link(package, entry);
    case SOMETHING_ELSE:
        break;
    }
    return refuse(package, entry->name, "is neither a file nor a folder nor a link");
}

/* Links in a second pass: nothing is ever written through one. */
static enum hy_code unpack_pass(struct package *package, bool links)
{
    zip_int64_t count = zip_get_num_entries(package->zip, 0);
    for (zip_int64_t i = 0; i < count; i++) {
        struct entry entry = entry_of(package->zip, (zip_uint64_t)i);
        const char *why_not = entry.name == NULL ? "has no usable name" : check_name(entry.name);
        if (why_not != NULL) {
            return refuse(package, entry.name == NULL ? "" : entry.name, why_not);
        }
        if ((entry.type == A_LINK) == links) {
            enum hy_code code = unpack_entry(package, &entry);
            if (code != HY_OK) {
                return code;
            }
        }
    }
    return HY_OK;
}

static enum hy_code unpack_all(struct package *package)
{
    int why = 0;
    package->zip = zip_open(package->path, ZIP_RDONLY, &why);
    if (package->zip == NULL) {
        zip_error_t error;
        zip_error_init_with_code(&error, why);
        enum hy_code code = hy_fail(package->err, HY_INVALID, "%s: %s", package->path,
                                    zip_error_strerror(&error));
        zip_error_fini(&error);
        return code;
    }
    enum hy_code code = HY_OK;
    if (zip_get_num_entries(package->zip, 0) > HY_PACKAGE_ENTRIES_MAX) {
        code = hy_fail(package->err, HY_INVALID, "%s: more than %d entries", package->path,
                       HY_PACKAGE_ENTRIES_MAX);
    }
    if (code == HY_OK) {
        code = unpack_pass(package, false);
    }
    if (code == HY_OK) {
        code = unpack_pass(package, true);
    }
    zip_discard(package->zip);
    return code;
}

/* The name of the folder. */

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 2 * SHA256_BYTES + 1 };

static bool hash_file(int file, EVP_MD_CTX *hash)
{
    char chunk[CHUNK_BYTES];
    bool fine = EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
    ssize_t len = 1;
    while (fine && len > 0) {
        len = read(file, chunk, sizeof chunk);
        if (len < 0 && errno == EINTR) {
            len = 1;
            continue;
        }
        fine = len >= 0 && EVP_DigestUpdate(hash, chunk, (size_t)len) == 1;
    }
    return fine;
}

static bool name_of(const char *path, char hex[SHA256_HEX_BYTES])
{
    unsigned char digest[SHA256_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool fine = file >= 0 && hash != NULL && hash_file(file, hash) &&
                EVP_DigestFinal_ex(hash, digest, NULL) == 1;
    EVP_MD_CTX_free(hash);
    if (file >= 0) {
        (void)close(file);
    }
    for (size_t i = 0; fine && i < SHA256_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    return fine;
}

static enum hy_code unpack_into(const char *zip_path, const char *folder, size_t bytes_max,
                                struct hy_err *err)
{
    hy_scratch_remove(folder); /* of an unpacking that was interrupted */
    enum hy_code code = hy_scratch_make(folder, err);
    if (code != HY_OK) {
        return code;
    }
    struct package package = { .path = zip_path, .bytes_left = bytes_max, .err = err };
    package.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (package.root < 0) {
        return fail_io(&package, folder);
    }
    code = unpack_all(&package);
    (void)close(package.root);
    return code;
}

/* From a neighbour, so that the folder appears whole. */
static enum hy_code unpack_once(const char *zip_path, const char *folder, size_t bytes_max,
                                struct hy_err *err)
{
    struct stat st;
    char beside[4096];
    if (stat(folder, &st) == 0) {
        return HY_OK;
    }
    int len = snprintf(beside, sizeof beside, "%s.part", folder);
    if (len < 0 || (size_t)len >= sizeof beside) {
        return hy_fail(err, HY_INVALID, "%s: too long a path", folder);
    }
    enum hy_code code = unpack_into(zip_path, beside, bytes_max, err);
    if (code == HY_OK && rename(beside, folder) != 0) {
        code = hy_fail(err, HY_IO, "cannot rename %s: %s", beside, strerror(errno));
    }
    if (code != HY_OK) {
        hy_scratch_remove(beside);
    }
    return code;
}

enum hy_code hy_package_unpack(const char *zip_path, const char *work_dir, size_t bytes_max,
                               char **folder, struct hy_err *err)
{
    char hex[SHA256_HEX_BYTES];
    if (!name_of(zip_path, hex)) {
        return hy_fail(err, HY_INVALID, "%s: cannot be read", zip_path);
    }
    size_t size = strlen(work_dir) + sizeof "/code/" + sizeof hex;
    char *path = malloc(size);
    if (path == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    (void)snprintf(path, size, "%s/code/%s", work_dir, hex);
    enum hy_code code = unpack_once(zip_path, path, bytes_max, err);
    if (code != HY_OK) {
        free(path);
        return code;
    }
    *folder = path;
    return HY_OK;
}
