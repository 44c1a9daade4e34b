#include "services/firehose/quota.h"

#include "model/limits.h"

enum { THOUSANDTHS = 1000 };

static void make_good(uint64_t *spent, uint64_t per_second, uint64_t passed_ms)
{
    const uint64_t made_good = per_second * passed_ms;
    *spent = *spent > made_good ? *spent - made_good : 0;
}

void hy_quota_turn(struct hy_quota *quota, uint64_t now_ms)
{
    uint64_t passed_ms = now_ms > quota->at_ms ? now_ms - quota->at_ms : 0;
    if (passed_ms > THOUSANDTHS) {
        passed_ms = THOUSANDTHS; /* makes all good; more would overflow */
    }
    make_good(&quota->requests, HY_QUOTA_REQUESTS, passed_ms);
    make_good(&quota->records, HY_QUOTA_RECORDS, passed_ms);
    make_good(&quota->bytes, HY_QUOTA_BYTES, passed_ms);
    quota->at_ms = now_ms;
}

static bool has_room(uint64_t spent, uint64_t amount, uint64_t per_second)
{
    return spent + amount * THOUSANDTHS <= per_second * THOUSANDTHS;
}

bool hy_quota_take_request(struct hy_quota *quota)
{
    if (!has_room(quota->requests, 1, HY_QUOTA_REQUESTS)) {
        return false;
    }
    quota->requests += THOUSANDTHS;
    return true;
}

bool hy_quota_take_record(struct hy_quota *quota, size_t bytes)
{
    if (!has_room(quota->records, 1, HY_QUOTA_RECORDS) ||
        !has_room(quota->bytes, bytes, HY_QUOTA_BYTES)) {
        return false;
    }
    quota->records += THOUSANDTHS;
    quota->bytes += (uint64_t)bytes * THOUSANDTHS;
    return true;
}
