#include "services/firehose/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Java's dot: any character but a line's end. */
static bool is_line(hy_sv text)
{
    static const char *const ends[] = { "\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9" };
    for (size_t i = 0; i < text.len; i++) {
        const hy_sv rest = { text.ptr + i, text.len - i };
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            if (hy_sv_starts_with(rest, hy_sv_of(ends[k]))) {
                return false;
            }
        }
    }
    return true;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r'); /* Java's \s */
}

static bool is_not_blank(hy_sv text)
{
    bool all_space = true;
    for (size_t i = 0; i < text.len && all_space; i++) {
        all_space = is_space(text.ptr[i]);
    }
    return text.len > 0 && !all_space && is_line(text);
}

static bool is_without_space(hy_sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_space(text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0;
}

/* [\u0001-\uFFFF]*: nothing beyond the basic plane, whose first UTF-8 byte is F0 or more. */
static bool is_basic_plane(hy_sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || (unsigned char)text.ptr[i] >= 0xf0) {
            return false;
        }
    }
    return true;
}

/* Takes one code point off the front; the text is valid UTF-8 (the scanner has checked). */
static uint32_t next_code_point(hy_sv *text)
{
    const unsigned char first = (unsigned char)text->ptr[0];
    const size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t point = len == 1 ? first : first & (0xffu >> (len + 1));
    for (size_t i = 1; i < len && i < text->len; i++) {
        point = point << 6 | ((unsigned char)text->ptr[i] & 0x3f);
    }
    const size_t step = len < text->len ? len : text->len;
    text->ptr += step;
    text->len -= step;
    return point;
}

/* Beyond ASCII, what is neither letter nor digit nor space, roughly: whole blocks of controls,
 * punctuation, symbols, private use. Exact tables would be larger than everything else here. */
static const struct {
    uint32_t first, last;
} not_in_tags[] = {
    { 0x80, 0x9f },     { 0xa1, 0xa9 },     { 0xab, 0xb1 },     { 0xb4, 0xb4 },
    { 0xb6, 0xb8 },     { 0xbb, 0xbb },     { 0xbf, 0xbf },     { 0xd7, 0xd7 },
    { 0xf7, 0xf7 },     { 0x2010, 0x2027 }, { 0x2030, 0x205e }, { 0x2190, 0x245f },
    { 0x2500, 0x2775 }, { 0x2794, 0x2bff }, { 0x3001, 0x3004 }, { 0x3008, 0x3020 },
    { 0xd800, 0xf8ff }, { 0xfff0, 0xffff }, { 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff },
};

static bool is_tag_character(uint32_t point)
{
    if (point < 0x80) {
        return point != 0 && (isalnum((int)point) || strchr(" _.:/=+-@%", (int)point) != NULL);
    }
    for (size_t i = 0; i < sizeof not_in_tags / sizeof not_in_tags[0]; i++) {
        if (point >= not_in_tags[i].first && point <= not_in_tags[i].last) {
            return false;
        }
    }
    return true;
}

static bool is_tag_value(hy_sv text)
{
    while (text.len > 0) {
        if (!is_tag_character(next_code_point(&text))) {
            return false;
        }
    }
    return true;
}

static bool is_tag_key(hy_sv text)
{
    return !hy_sv_starts_with(text, HY_SV("aws:")) && is_tag_value(text);
}

/* The label before each dot: 1 to 63 letters, digits and hyphens, no hyphen at either end. */
static bool is_host_label(hy_sv label)
{
    if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        if (!isalnum((unsigned char)label.ptr[i]) && label.ptr[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_jdbc_tail(hy_sv tail)
{
    /* [a-zA-Z0-9.-]+ ':' 1 to 5 digits '/' [a-zA-Z0-9_$-]+ */
    const hy_sv domain = hy_sv_cut(&tail, ':');
    const hy_sv port = hy_sv_cut(&tail, '/');
    bool good = domain.len > 0 && port.len >= 1 && port.len <= 5 && tail.len > 0;
    for (size_t i = 0; good && i < domain.len; i++) {
        good = isalnum((unsigned char)domain.ptr[i]) || strchr(".-", domain.ptr[i]) != NULL;
    }
    for (size_t i = 0; good && i < port.len; i++) {
        good = isdigit((unsigned char)port.ptr[i]);
    }
    for (size_t i = 0; good && i < tail.len; i++) {
        good = isalnum((unsigned char)tail.ptr[i]) || strchr("_$-", tail.ptr[i]) != NULL;
    }
    return good;
}

static bool is_jdbc_url(hy_sv text)
{
    const hy_sv schemes[] = { HY_SV_INIT("jdbc:redshift://"), HY_SV_INIT("jdbc:postgresql://") };
    for (size_t i = 0; i < 2; i++) {
        if (!hy_sv_starts_with(text, schemes[i])) {
            continue;
        }
        hy_sv rest = { text.ptr + schemes[i].len, text.len - schemes[i].len };
        hy_sv label = hy_sv_cut(&rest, '.');
        /* At least one label, then "redshift" or "redshift-serverless"; that word may also be
         * one of the labels before, so every place where it stands is tried. */
        while (is_host_label(label) && rest.len > 0) {
            label = hy_sv_cut(&rest, '.');
            if ((hy_sv_equal(label, HY_SV("redshift")) ||
                 hy_sv_equal(label, HY_SV("redshift-serverless"))) && is_jdbc_tail(rest)) {
                return true;
            }
        }
    }
    return false;
}

#define ANY "[^\n\r]*"
#define REGION "[a-zA-Z0-9-]+"
#define ACCOUNT "[0-9]{12}"
#define RESOURCE "[a-zA-Z_0-9+=,.@/-]+"

static const struct pattern {
    const char *text;  /* as printed */
    const char *posix; /* extended; anchored when compiled */
    bool (*matches)(hy_sv text);
} patterns[HY_PATTERN_COUNT] = {
    [HY_PATTERN_NONE] = { "", NULL, NULL },
    [HY_PATTERN_ARN] = { "arn:.*", "arn:" ANY, NULL },
    [HY_PATTERN_BASE64] = {
        "^(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=)?$",
        "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", NULL },
    [HY_PATTERN_BUCKET_ARN] = { "arn:.*:s3:::[\\w\\.\\-]{1,255}",
        "arn:" ANY ":s3:::[A-Za-z0-9_.-]{1,255}", NULL },
    [HY_PATTERN_DESTINATION_ID] = { "[a-zA-Z0-9-]+", "[a-zA-Z0-9-]+", NULL },
    [HY_PATTERN_DIGITS] = { "[0-9]+", "[0-9]+", NULL },
    [HY_PATTERN_DOMAIN_ARN] = {
        "arn:.*:es:[a-zA-Z0-9\\-]+:\\d{12}:domain/[a-z][-0-9a-z]{2,27}",
        "arn:" ANY ":es:" REGION ":" ACCOUNT ":domain/[a-z][-0-9a-z]{2,27}", NULL },
    /* The service prints another one than its model says (firehose.md 1.6). */
    [HY_PATTERN_FILE_EXTENSION] = { "^(|\\.[0-9a-z!\\-_.*'()]+)$", "|\\.[0-9a-z!_.*'()-]+",
        NULL },
    [HY_PATTERN_GLUE_CATALOG_ARN] = {
        "arn:.*:glue:.*:\\d{12}:catalog(?:(/[a-z0-9_-]+){1,2})?",
        "arn:" ANY ":glue:" ANY ":" ACCOUNT ":catalog((/[a-z0-9_-]+){1,2})?", NULL },
    [HY_PATTERN_HTTPS] = { "https:.*", "https:" ANY, NULL },
    /* A relaxation: an endpoint on the same machine has seldom a certificate. */
    [HY_PATTERN_HTTPS_URL] = { "https://.*", "https?://" ANY, NULL },
    [HY_PATTERN_JDBC_URL] = {
        "jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\\.)+"
        "(redshift(-serverless)?)\\.([a-zA-Z0-9\\.\\-]+):\\d{1,5}/[a-zA-Z0-9_$-]+",
        NULL, is_jdbc_url },
    [HY_PATTERN_KINESIS_STREAM_ARN] = {
        "arn:.*:kinesis:[a-zA-Z0-9\\-]+:\\d{12}:stream/[a-zA-Z0-9_.-]+",
        "arn:" ANY ":kinesis:" REGION ":" ACCOUNT ":stream/[a-zA-Z0-9_.-]+", NULL },
    [HY_PATTERN_KMS_KEY_ARN] = {
        "arn:.*:kms:[a-zA-Z0-9\\-]+:\\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\\-_/]+",
        "arn:" ANY ":kms:" REGION ":" ACCOUNT ":(key|alias)/" RESOURCE, NULL },
    [HY_PATTERN_KMS_KEY_ARN_FOR_SSE] = {
        "arn:.*:kms:[a-zA-Z0-9\\-]+:\\d{12}:key/[a-zA-Z_0-9+=,.@\\-_/]+",
        "arn:" ANY ":kms:" REGION ":" ACCOUNT ":key/" RESOURCE, NULL },
    [HY_PATTERN_LETTERS_DIGITS_DOTS] = { "[a-zA-Z0-9\\.\\_]+", "[a-zA-Z0-9._]+", NULL },
    [HY_PATTERN_LINE] = { ".*", NULL, is_line },
    [HY_PATTERN_LOG_GROUP] = { "[\\.\\-_/#A-Za-z0-9]*", "[._/#A-Za-z0-9-]*", NULL },
    [HY_PATTERN_LOG_STREAM] = { "[^:*]*", "[^:*]*", NULL },
    [HY_PATTERN_NOT_BLANK] = { "^(?!\\s*$).+", NULL, is_not_blank },
    [HY_PATTERN_NO_NUL] = { "[\\u0001-\\uFFFF]*", NULL, is_basic_plane },
    [HY_PATTERN_NO_SPACE] = { "^\\S+$", NULL, is_without_space },
    [HY_PATTERN_ROLE_ARN] = { "arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+",
        "arn:" ANY ":iam::" ACCOUNT ":role/" RESOURCE, NULL },
    [HY_PATTERN_S3_URL] = { "s3:\\/\\/.*", "s3://" ANY, NULL },
    [HY_PATTERN_SECRET_ARN] = {
        "arn:.*:secretsmanager:[a-zA-Z0-9\\-]+:\\d{12}:secret:[a-zA-Z0-9\\-/_+=.@!]+",
        "arn:" ANY ":secretsmanager:" REGION ":" ACCOUNT ":secret:[a-zA-Z0-9/_+=.@!-]+", NULL },
    [HY_PATTERN_SNOWFLAKE_URL] = { ".+?\\.snowflakecomputing\\.com",
        "[^\n\r]+\\.snowflakecomputing\\.com", NULL },
    [HY_PATTERN_STREAM_NAME] = { "[a-zA-Z0-9_.-]+", "[a-zA-Z0-9_.-]+", NULL },
    [HY_PATTERN_TAG_KEY] = { "^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$", NULL, is_tag_key },
    [HY_PATTERN_TAG_VALUE] = { "^[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$", NULL, is_tag_value },
    [HY_PATTERN_TIME_ZONE] = { "^$|[a-zA-Z/_]+", "|[a-zA-Z/_]+", NULL },
    [HY_PATTERN_TOPIC_NAME] = { "[a-zA-Z0-9\\\\._\\\\-]+", "[a-zA-Z0-9\\._-]+", NULL },
    [HY_PATTERN_VPC_ENDPOINT] = {
        "([a-zA-Z0-9\\-\\_]+\\.){2,3}vpce\\.[a-zA-Z0-9\\-]*\\.vpce-svc\\-[a-zA-Z0-9\\-]{17}$",
        "([a-zA-Z0-9_-]+\\.){2,3}vpce\\.[a-zA-Z0-9-]*\\.vpce-svc-[a-zA-Z0-9-]{17}", NULL },
    [HY_PATTERN_LAMBDA_ARN] = { "",
        "arn:[^:]+:lambda:" REGION ":" ACCOUNT ":function:[a-zA-Z0-9_-]+(:[$a-zA-Z0-9_-]+)?",
        NULL },
};

const char *hy_pattern_text(enum hy_pattern pattern)
{
    return patterns[pattern].text;
}

static regex_t compiled[HY_PATTERN_COUNT];
static bool is_compiled[HY_PATTERN_COUNT];

static bool compile(enum hy_pattern pattern)
{
    char anchored[256];
    (void)snprintf(anchored, sizeof anchored, "^(%s)$", patterns[pattern].posix);
    is_compiled[pattern] = regcomp(&compiled[pattern], anchored, REG_EXTENDED | REG_NOSUB) == 0;
    return is_compiled[pattern];
}

enum hy_code hy_pattern_match(enum hy_pattern pattern, hy_sv text)
{
    const struct pattern *row = &patterns[pattern];
    if (row->matches != NULL) {
        return row->matches(text) ? HY_OK : HY_INVALID;
    }
    if (row->posix == NULL) {
        return HY_OK;
    }
    char *cstr = hy_sv_dup(text);
    if (cstr == NULL || (!is_compiled[pattern] && !compile(pattern))) {
        free(cstr);
        return HY_NO_MEMORY;
    }
    const int result = regexec(&compiled[pattern], cstr, 0, NULL, 0);
    free(cstr);
    return result == 0 ? HY_OK : result == REG_NOMATCH ? HY_INVALID : HY_NO_MEMORY;
}
