#include "pipeline/channel.h"

#include "base/log.h"

void hy_channel_leave(struct hy_channel *channel, uint64_t records, enum hy_code code)
{
    channel->left_records += records;
    hy_log(HY_LOG_ERROR, "pipeline", channel->subject,
           "%llu records cannot be processed (%s); they stay in the journal until the next start",
           (unsigned long long)records, hy_code_name(code));
}
