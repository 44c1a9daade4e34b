#include "pipeline/delivery/zip_container.h"

#include "base/date.h"
#include "base/log.h"

#include <zip.h>

enum {
    DEFLATE_LEVEL = 1, /* as for GZIP: quick rather than small */
    DOS_YEAR_MIN = 1980,
    PIECE_BYTES = 64 * 1024, /* on the stack of a pool thread, which has megabytes */
};

static enum hy_code failed(zip_error_t *error)
{
    hy_log(HY_LOG_DEBUG, "delivery", NULL, "making a ZIP archive: %s",
           zip_error_strerror(error));
    return zip_error_code_zip(error) == ZIP_ER_MEMORY ? HY_NO_MEMORY : HY_IO;
}

/* UTC, in steps of two seconds: what ZIP can say. */
static int set_time(zip_t *archive, uint64_t entry_ms)
{
    struct hy_date at = hy_date_of(entry_ms);
    if (at.year < DOS_YEAR_MIN) {
        at = (struct hy_date){ .year = DOS_YEAR_MIN, .month = 1, .day = 1 };
    }
    const unsigned time = (unsigned)(at.hour << 11 | at.minute << 5 | at.second / 2);
    const unsigned date = (unsigned)((at.year - DOS_YEAR_MIN) << 9 | at.month << 5 | at.day);
    return zip_file_set_dostime(archive, 0, (zip_uint16_t)time, (zip_uint16_t)date, 0);
}

static enum hy_code add_entry(zip_t *archive, const struct hy_packing *packing)
{
    zip_source_t *content = zip_source_buffer(archive, packing->bytes.ptr, packing->bytes.len, 0);
    if (content == NULL) {
        return failed(zip_get_error(archive));
    }
    if (zip_file_add(archive, packing->entry, content, ZIP_FL_ENC_UTF_8) < 0) {
        zip_source_free(content);
        return failed(zip_get_error(archive));
    }
    if (zip_set_file_compression(archive, 0, ZIP_CM_DEFLATE, DEFLATE_LEVEL) != 0 ||
        set_time(archive, packing->entry_ms) != 0) {
        return failed(zip_get_error(archive));
    }
    return HY_OK;
}

static enum hy_code make(zip_source_t *packed, const struct hy_packing *packing)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_t *archive = zip_open_from_source(packed, ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (archive == NULL) {
        const enum hy_code code = failed(&error);
        zip_error_fini(&error);
        return code;
    }
    zip_source_keep(packed); /* closing the archive lets go of it */
    enum hy_code code = add_entry(archive, packing);
    if (code == HY_OK && zip_close(archive) == 0) {
        return HY_OK;
    }
    if (code == HY_OK) {
        code = failed(zip_get_error(archive));
    }
    zip_discard(archive);
    return code;
}

static enum hy_code write_out(zip_source_t *packed, const struct hy_packing *packing)
{
    char piece[PIECE_BYTES];
    enum hy_code code = HY_OK;
    zip_int64_t len = 0;
    if (zip_source_open(packed) != 0) {
        return failed(zip_source_error(packed));
    }
    while (code == HY_OK && (len = zip_source_read(packed, piece, sizeof piece)) > 0) {
        code = packing->write(packing->ctx, (hy_sv){ piece, (size_t)len });
    }
    if (len < 0) {
        code = failed(zip_source_error(packed));
    }
    (void)zip_source_close(packed);
    return code;
}

enum hy_code hy_zip_container(const struct hy_packing *packing)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *packed = zip_source_buffer_create(NULL, 0, 0, &error);
    if (packed == NULL) {
        const enum hy_code code = failed(&error);
        zip_error_fini(&error);
        return code;
    }
    enum hy_code code = make(packed, packing);
    if (code == HY_OK) {
        code = write_out(packed, packing);
    }
    zip_source_free(packed);
    return code;
}
