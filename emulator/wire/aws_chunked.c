#include "wire/aws_chunked.h"

#include "base/buf.h"

#include <string.h>

enum {
    SIZE_DIGITS_MAX = 8,
    TEXT_BYTES_MAX = 64 * 1024, /* a string to sign, or all trailers */
};

bool hy_aws_chunked_of(hy_sv content_sha256, struct hy_aws_chunked *kind)
{
    static const struct {
        hy_sv value;
        struct hy_aws_chunked kind;
    } kinds[] = {
        { HY_SV_INIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), { true, false } },
        { HY_SV_INIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"), { true, true } },
        { HY_SV_INIT("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), { false, true } },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (hy_sv_equal(content_sha256, kinds[i].value)) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

struct reader {
    struct hy_aws_chunked kind;
    const struct hy_aws_chunk_signer *signer; /* NULL: signatures are not looked at */
    hy_sv rest;                               /* not yet read */
    char previous[HY_SHA256_HEX_CHARS];       /* the last signature */
    struct hy_buf text;                       /* to be signed */
};

/* ---- signatures --------------------------------------------------------------------------- */

/* `word` names what is signed, `hashes` is what stands behind the last signature. */
HY_MUST_CHECK
static enum hy_code check_signature(struct reader *reader, const char *word, hy_sv hashes,
                                    hy_sv signature)
{
    const struct hy_aws_chunk_signer *signer = reader->signer;
    hy_buf_clear(&reader->text);
    hy_buf_printf(&reader->text, "AWS4-HMAC-SHA256-%s\n%.*s\n%.*s\n%.*s\n%.*s", word,
                  HY_SV_ARG(signer->stamp), HY_SV_ARG(signer->scope), HY_SHA256_HEX_CHARS,
                  reader->previous, HY_SV_ARG(hashes));
    hy_sv key = { (const char *)signer->key, HY_SHA256_BYTES };
    if (reader->text.failed || !hy_sha256_hmac_hex(signer->sha256, key, hy_buf_sv(&reader->text),
                                                   reader->previous)) {
        return HY_NO_MEMORY;
    }
    return hy_sha256_same((hy_sv){ reader->previous, HY_SHA256_HEX_CHARS }, signature)
        ? HY_OK : HY_INVALID;
}

HY_MUST_CHECK
static enum hy_code check_chunk(struct reader *reader, hy_sv data, hy_sv signature)
{
    static const char of_nothing[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
    char hashes[sizeof of_nothing - 1 + HY_SHA256_HEX_CHARS];
    if (!reader->kind.is_signed || reader->signer == NULL) {
        return HY_OK;
    }
    memcpy(hashes, of_nothing, sizeof of_nothing - 1);
    if (!hy_sha256_hex(reader->signer->sha256, data, hashes + sizeof of_nothing - 1)) {
        return HY_NO_MEMORY;
    }
    return check_signature(reader, "PAYLOAD", (hy_sv){ hashes, sizeof hashes }, signature);
}

HY_MUST_CHECK
static enum hy_code check_trailers(struct reader *reader, const struct hy_aws_trailers *trailers,
                                   hy_sv signature)
{
    char hash[HY_SHA256_HEX_CHARS];
    if (!reader->kind.is_signed || reader->signer == NULL) {
        return HY_OK;
    }
    hy_buf_clear(&reader->text);
    for (size_t i = 0; i < trailers->count; i++) {
        hy_buf_printf(&reader->text, "%.*s:%.*s\n", HY_SV_ARG(trailers->items[i].name),
                      HY_SV_ARG(trailers->items[i].value));
    }
    if (reader->text.failed ||
        !hy_sha256_hex(reader->signer->sha256, hy_buf_sv(&reader->text), hash)) {
        return HY_NO_MEMORY;
    }
    return check_signature(reader, "TRAILER", (hy_sv){ hash, sizeof hash }, signature);
}

/* ---- chunks -------------------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code read_line(struct reader *reader, hy_sv *line)
{
    size_t end = hy_sv_find(reader->rest, '\r');
    if (reader->rest.len - end < 2 || reader->rest.ptr[end + 1] != '\n') {
        return HY_MALFORMED;
    }
    *line = (hy_sv){ reader->rest.ptr, end };
    reader->rest = (hy_sv){ reader->rest.ptr + end + 2, reader->rest.len - end - 2 };
    return HY_OK;
}

static bool read_size(hy_sv digits, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char digit = digits.ptr[i];
        int value = digit >= '0' && digit <= '9'   ? digit - '0'
                    : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                    : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                   : -1;
        if (value < 0) {
            return false;
        }
        *size = *size * 16 + (size_t)value;
    }
    return digits.len >= 1 && digits.len <= SIZE_DIGITS_MAX;
}

/* "10000;chunk-signature=...": the signature is there exactly when chunks are signed. */
HY_MUST_CHECK
static enum hy_code read_chunk_head(struct reader *reader, size_t *size, hy_sv *signature)
{
    static const hy_sv name = HY_SV_INIT("chunk-signature=");
    hy_sv line;
    enum hy_code code = read_line(reader, &line);
    if (code != HY_OK) {
        return code;
    }
    hy_sv digits = hy_sv_cut(&line, ';');
    if (!read_size(digits, size) || (line.len > 0) != reader->kind.is_signed) {
        return HY_MALFORMED;
    }
    if (reader->kind.is_signed) {
        if (!hy_sv_starts_with(line, name)) {
            return HY_MALFORMED;
        }
        *signature = (hy_sv){ line.ptr + name.len, line.len - name.len };
    }
    return HY_OK;
}

/* One chunk's bytes go to `out`; *size is 0 for the last one. */
HY_MUST_CHECK
static enum hy_code read_chunk(struct reader *reader, char *out, size_t *size)
{
    hy_sv signature = HY_SV("");
    hy_sv end = HY_SV("");
    enum hy_code code = read_chunk_head(reader, size, &signature);
    if (code == HY_OK && *size > reader->rest.len) {
        code = HY_MALFORMED;
    }
    if (code != HY_OK) {
        return code;
    }
    hy_sv data = { reader->rest.ptr, *size };
    code = check_chunk(reader, data, signature);
    if (code == HY_OK && *size > 0) {
        reader->rest = (hy_sv){ data.ptr + data.len, reader->rest.len - data.len };
        code = read_line(reader, &end);
    }
    if (code == HY_OK && end.len > 0) {
        code = HY_MALFORMED;
    }
    if (code == HY_OK) {
        memmove(out, data.ptr, data.len);
    }
    return code;
}

static hy_sv trim(hy_sv text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = (hy_sv){ text.ptr + 1, text.len - 1 };
    }
    while (text.len > 0 && strchr(" \t\n", text.ptr[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* Up to the empty line. With a signature, that is the last trailer. */
HY_MUST_CHECK
static enum hy_code read_trailers(struct reader *reader, struct hy_aws_trailers *trailers)
{
    hy_sv signature = { NULL, 0 };
    for (;;) {
        hy_sv line;
        enum hy_code code = read_line(reader, &line);
        if (code != HY_OK) {
            return code;
        }
        if (line.len == 0) {
            break;
        }
        bool has_colon = hy_sv_find(line, ':') < line.len;
        hy_sv name = hy_sv_cut(&line, ':');
        if (!has_colon || signature.ptr != NULL || trailers->count == HY_AWS_TRAILERS_MAX) {
            return HY_MALFORMED;
        }
        if (hy_sv_equal_nocase(name, HY_SV("x-amz-trailer-signature"))) {
            signature = trim(line);
        } else {
            trailers->items[trailers->count++] = (struct hy_http_header){ name, trim(line) };
        }
    }
    bool wants_signature = reader->kind.is_signed && reader->kind.has_trailer;
    if ((signature.ptr != NULL) != wants_signature ||
        (trailers->count > 0 && !reader->kind.has_trailer)) {
        return HY_MALFORMED;
    }
    return wants_signature ? check_trailers(reader, trailers, signature) : HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_all(struct reader *reader, char *body, size_t *len,
                             struct hy_aws_trailers *trailers)
{
    size_t decoded = 0;
    size_t size = 1;
    enum hy_code code = HY_OK;
    while (code == HY_OK && size > 0) {
        code = read_chunk(reader, body + decoded, &size);
        decoded += code == HY_OK ? size : 0;
    }
    if (code == HY_OK) {
        code = read_trailers(reader, trailers);
    }
    *len = decoded;
    return code == HY_OK && reader->rest.len > 0 ? HY_MALFORMED : code;
}

enum hy_code hy_aws_chunked_decode(struct hy_aws_chunked kind,
                                   const struct hy_aws_chunk_signer *signer, char *body,
                                   size_t *len, struct hy_aws_trailers *trailers)
{
    struct reader reader = { .kind = kind, .signer = signer, .rest = { body, *len } };
    trailers->count = 0;
    if (signer != NULL && signer->signature.len != sizeof reader.previous) {
        return HY_INVALID;
    }
    if (signer != NULL) {
        memcpy(reader.previous, signer->signature.ptr, sizeof reader.previous);
    }
    hy_buf_init(&reader.text, TEXT_BYTES_MAX);
    enum hy_code code = read_all(&reader, body, len, trailers);
    hy_buf_finish(&reader.text);
    return code;
}
