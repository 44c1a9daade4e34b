/* config_credentials.c - "credentials": whose signatures --auth sign accepts. */
#include "cli/config_reader.h"

#include "base/clock.h"
#include "base/date_read.h"

#include <stdlib.h>
#include <string.h>

/* It stands in headers and scopes as it is; `barred` would end it there. */
HY_MUST_CHECK
static enum hy_code read_word(struct hy_config_reader *reader, hy_sv member, size_t chars_max,
                              const char *barred, char **out)
{
    enum hy_code code = hy_config_read_string(reader, member, out);
    for (size_t i = 0; code == HY_OK && (*out)[i] != '\0'; i++) {
        char at = (*out)[i];
        if (i >= chars_max || at <= ' ' || at > '~' || strchr(barred, at) != NULL) {
            code =
                hy_config_complain(reader, reader->scan.offset, member,
                                   "must be one word of ASCII, at "
                                   "most %zu characters%s%s",
                                   chars_max, *barred == '\0' ? "" : ", none of them in ", barred);
        }
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code read_instant(struct hy_config_reader *reader, hy_sv member, uint64_t *out)
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_STRING, member, "a string");
    return code == HY_OK && !hy_date_read_iso(reader->scan.text, out)
               ? hy_config_complain(reader, reader->scan.offset, member,
                                    "must be an instant such as 2026-01-31T23:59:59Z")
               : code;
}

HY_MUST_CHECK
static enum hy_code read_credential_member(struct hy_config_reader *reader, hy_sv name,
                                           struct hy_credential_spec *spec)
{
    if (hy_sv_equal(name, HY_SV("AccessKeyId"))) {
        return read_word(reader, name, HY_ACCESS_KEY_CHARS_MAX, "/,%+&=", &spec->access_key);
    }
    if (hy_sv_equal(name, HY_SV("SecretAccessKey"))) {
        return read_word(reader, name, HY_SECRET_KEY_CHARS_MAX, "", &spec->secret_key);
    }
    if (hy_sv_equal(name, HY_SV("SessionToken"))) {
        return read_word(reader, name, HY_SESSION_TOKEN_CHARS_MAX, "", &spec->session_token);
    }
    if (hy_sv_equal(name, HY_SV("Expiration"))) {
        return read_instant(reader, name, &spec->expires_ms);
    }
    return hy_config_complain(reader, reader->scan.offset, name, "unknown member of a credential");
}

HY_MUST_CHECK
static enum hy_code check_credential(struct hy_config_reader *reader, size_t offset,
                                     const struct hy_credential_spec *spec)
{
    if (spec->access_key == NULL || spec->secret_key == NULL) {
        return hy_config_complain(reader, offset, HY_SV("credentials"), "%s is missing",
                                  spec->access_key == NULL ? "AccessKeyId" : "SecretAccessKey");
    }
    const struct hy_config *config = reader->config;
    for (size_t i = 0; i + 1 < config->credential_count; i++) {
        if (strcmp(config->credentials[i].access_key, spec->access_key) == 0) {
            return hy_config_complain(reader, offset, hy_sv_of(spec->access_key), "is there twice");
        }
    }
    return HY_OK;
}

/* It is part of the config from the start, so that hy_config_finish frees a half-read one. */
enum hy_code hy_config_read_credential(struct hy_config_reader *reader)
{
    struct hy_config *config = reader->config;
    size_t offset = reader->scan.offset;
    struct hy_credential_spec *grown =
        realloc(config->credentials, (config->credential_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    config->credentials = grown;
    struct hy_credential_spec *spec = &grown[config->credential_count++];
    *spec = (struct hy_credential_spec){ .expires_ms = HY_NEVER_MS };
    enum hy_json_token token = hy_json_next(&reader->scan);
    for (; token == HY_JSON_NAME; token = hy_json_next(&reader->scan)) {
        enum hy_code code = read_credential_member(reader, reader->scan.text, spec);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_ERROR ? hy_config_complain_json(reader)
                                  : check_credential(reader, offset, spec);
}
