#include "harness/tally.h"

#include <stdio.h>

/* 1234567 as "1,234,567". */
static void append_count(struct hy_buf *out, uint64_t count)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            hy_buf_append_byte(out, ',');
        }
        hy_buf_append_byte(out, digits[i]);
    }
}

static void append_word(struct hy_buf *out, const char *before, uint64_t count, const char *after)
{
    hy_buf_append(out, hy_sv_of(before));
    append_count(out, count);
    hy_buf_append(out, hy_sv_of(after));
}

static void append_duration(struct hy_buf *out, double seconds)
{
    uint64_t whole = seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;
    if (whole >= 3600) {
        hy_buf_printf(out, "%llu h ", (unsigned long long)(whole / 3600));
    }
    if (whole >= 60) {
        hy_buf_printf(out, "%llu m ", (unsigned long long)(whole / 60 % 60));
    }
    if (whole < 3600) {
        hy_buf_printf(out, "%llu s ", (unsigned long long)(whole % 60));
    }
}

static uint64_t per_second(uint64_t count, double seconds)
{
    return seconds > 0 ? (uint64_t)((double)count / seconds + 0.5) : 0;
}

void hy_tally_progress(const struct hy_tally *tally, double seconds, double done,
                       struct hy_buf *out)
{
    uint64_t sent = tally->records + tally->requests;
    append_word(out, "", sent, " sent, ");
    append_word(out, "", tally->acknowledged, " acknowledged, ");
    append_word(out, "", tally->failed, " failed, ");
    append_word(out, "", per_second(tally->acknowledged, seconds), "/s");
    if (done > 0 && done <= 1) {
        append_word(out, ", about ", (uint64_t)((double)sent / done * (1 - done)), " left, ");
        append_duration(out, seconds / done * (1 - done));
        hy_buf_append(out, HY_SV("to go"));
    }
}

void hy_tally_summary(const struct hy_tally *tally, double seconds, struct hy_buf *out)
{
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        { "events", tally->records + tally->requests }, { "records", tally->records },
        { "http events", tally->requests }, { "bytes", tally->bytes },
        { "acknowledged", tally->acknowledged }, { "re-sent", tally->resent },
        { "failed", tally->failed }, { "per second", per_second(tally->acknowledged, seconds) },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        hy_buf_printf(out, "%-13s ", rows[i].name);
        append_word(out, "", rows[i].count, "\n");
    }
    hy_buf_printf(out, "%-13s %.3f\n", "seconds", seconds);
}
