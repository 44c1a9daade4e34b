/* config_kinesis.c - "kinesis": where Kinesis data streams are read from. */
#include "cli/config_reader.h"

#include "model/credential_spec.h"

#include <stdlib.h>
#include <string.h>

static char **member_of(struct hy_kinesis_spec *spec, hy_sv name)
{
    const struct {
        hy_sv name;
        char **member;
    } members[] = {
        { HY_SV("Endpoint"), &spec->endpoint },
        { HY_SV("Region"), &spec->region },
        { HY_SV("AccessKeyId"), &spec->access_key },
        { HY_SV("SecretAccessKey"), &spec->secret_key },
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (hy_sv_equal(members[i].name, name)) {
            return members[i].member;
        }
    }
    return NULL;
}

HY_MUST_CHECK
static enum hy_code read_member(struct hy_config_reader *reader, hy_sv name)
{
    char **member = member_of(&reader->config->kinesis, name);
    if (member == NULL) {
        return hy_config_complain(reader, reader->scan.offset, name,
                                  "unknown member of kinesis; known are Endpoint, Region, "
                                  "AccessKeyId, SecretAccessKey");
    }
    enum hy_code code = hy_config_read_string(reader, name, member);
    if (code == HY_OK && strlen(*member) > HY_SECRET_KEY_CHARS_MAX) {
        code = hy_config_complain(reader, reader->scan.offset, name,
                                  "must have at most %d characters", HY_SECRET_KEY_CHARS_MAX);
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code check(struct hy_config_reader *reader, size_t offset)
{
    const struct hy_kinesis_spec *spec = &reader->config->kinesis;
    const hy_sv endpoint = hy_sv_of(spec->endpoint);
    if (!hy_sv_starts_with(endpoint, HY_SV("http://")) &&
        !hy_sv_starts_with(endpoint, HY_SV("https://"))) {
        return hy_config_complain(reader, offset, HY_SV("kinesis"),
                                  "Endpoint must be a URL: http://HOST:PORT");
    }
    if ((spec->access_key == NULL) != (spec->secret_key == NULL)) {
        return hy_config_complain(reader, offset, HY_SV("kinesis"), "%s is missing",
                                  spec->access_key == NULL ? "AccessKeyId" : "SecretAccessKey");
    }
    return HY_OK;
}

enum hy_code hy_config_read_kinesis(struct hy_config_reader *reader)
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_OBJECT_BEGIN, HY_SV("kinesis"),
                                         "an object");
    const size_t offset = reader->scan.offset;
    enum hy_json_token token = HY_JSON_NAME;
    while (code == HY_OK && (token = hy_json_next(&reader->scan)) == HY_JSON_NAME) {
        code = read_member(reader, reader->scan.text);
    }
    if (code == HY_OK && token == HY_JSON_ERROR) {
        return hy_config_complain_json(reader);
    }
    return code == HY_OK ? check(reader, offset) : code;
}

void hy_config_free_kinesis(struct hy_kinesis_spec *spec)
{
    free(spec->endpoint);
    free(spec->region);
    free(spec->access_key);
    free(spec->secret_key);
}
