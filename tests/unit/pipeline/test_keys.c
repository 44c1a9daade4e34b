/* Keys of objects: prefix, error prefix, zone and instant to key (firehose.md 3.5, 3.6; Appendix B
 * 2 and 3). What timestamps print, in prefix and name, is what a JDK 17 printed for them.
 */
#include "pipeline/delivery/object_name.h"
#include "pipeline/partition/prefix.h"

#include "support/test.h"

#include <string.h>

/* A star in a key is one character of a random string. */
static const struct key_case {
    const char *rule, *prefix, *error_prefix, *zone;
    uint64_t ms;
    const char *error_type, *key;
} cases[] = {
    { "absent", "", "", "UTC", 1783951445678, "",
      "2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "absent, in a zone", "", "", "Asia/Tokyo", 1783951445678, "",
      "2026/07/13/23/demo-1-2026-07-13-23-04-05" },
    { "absent, another day in the zone", "", "", "America/New_York", 1783900800000, "",
      "2026/07/12/20/demo-1-2026-07-12-20-00-00" },
    { "another year in the zone", "", "", "Asia/Kolkata", 1767225597999, "",
      "2026/01/01/05/demo-1-2026-01-01-05-29-57" },
    { "literal, no slash is put in", "legacy", "", "UTC", 1783951445678, "",
      "legacy2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "literal, its own slash stays", "app/", "errors/", "UTC", 1783951445678, "",
      "app/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "a lone bang and braces are text", "a!b/{c}$", "", "UTC", 1783951445678, "",
      "a!b/{c}$2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "literal, in a zone", "legacy", "", "Europe/Berlin", 1783951445678, "",
      "legacy2026/07/13/16/demo-1-2026-07-13-16-04-05" },
    { "slashes stay as they are", "/a//b/", "", "UTC", 1783951445678, "",
      "/a//b/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "a second before clocks go back", "x/", "", "Europe/Berlin", 1792889999000, "",
      "x/2026/10/25/02/demo-1-2026-10-25-02-59-59" },
    { "and after it", "x/", "", "Europe/Berlin", 1792890000000, "",
      "x/2026/10/25/02/demo-1-2026-10-25-02-00-00" },
    { "errors, nothing given", "", "", "UTC", 1783951445678, "processing-failed",
      "processing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "errors, nothing given", "", "", "UTC", 1783951445678, "format-conversion-failed",
      "format-conversion-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "errors, nothing given", "", "", "UTC", 1783951445678, "metadata-extraction-failed",
      "metadata-extraction-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "errors, nothing given", "", "", "UTC", 1783951445678, "activePartitionExceeded",
      "activePartitionExceeded/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "errors below the data", "app/", "", "UTC", 1783951445678, "processing-failed",
      "app/processing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "errors below a prefix without slash", "app", "", "UTC", 1783951445678, "processing-failed",
      "appprocessing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "error prefix, literal", "app/", "errors/clicks/", "UTC", 1783951445678, "processing-failed",
      "errors/clicks/processing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "error prefix without slash",
      "", "kinesis-processing-errors-",
      "UTC", 1783951445678, "processing-failed",
      "kinesis-processing-errors-processing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "error prefix literal, data with expressions",
      "!{timestamp:yyyy}/", "errors/",
      "UTC", 1783951445678, "processing-failed",
      "errors/processing-failed/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "error prefix, in a zone",
      "", "errors/",
      "Pacific/Auckland", 1783951445678, "processing-failed",
      "errors/processing-failed/2026/07/14/02/demo-1-2026-07-14-02-04-05" },
    { "error prefix with the type: nothing appended",
      "", "f/!{firehose:error-output-type}/",
      "UTC", 1783951445678, "processing-failed",
      "f/processing-failed/demo-1-2026-07-13-14-04-05" },
    { "the type twice, the same",
      "", "!{firehose:error-output-type}/!{firehose:error-output-type}-",
      "UTC", 1783951445678, "processing-failed",
      "processing-failed/processing-failed-demo-1-2026-07-13-14-04-05" },
    { "the type and a date",
      "!{timestamp:yyyy}", "e/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
      "UTC", 1783951445678, "processing-failed",
      "e/processing-failed/2026/07/13/demo-1-2026-07-13-14-04-05" },
    { "the type and chance",
      "", "e/!{firehose:error-output-type}/!{firehose:random-string}/",
      "UTC", 1783951445678, "format-conversion-failed",
      "e/format-conversion-failed/***********/demo-1-2026-07-13-14-04-05" },
    { "the type alone",
      "", "!{firehose:error-output-type}",
      "UTC", 1783951445678, "processing-failed",
      "processing-faileddemo-1-2026-07-13-14-04-05" },
    { "error date in a zone",
      "", "e/!{timestamp:yyyy-MM-dd'T'HH}/!{firehose:error-output-type}/",
      "Asia/Kolkata", 1783951445678, "processing-failed",
      "e/2026-07-13T19/processing-failed/demo-1-2026-07-13-19-34-05" },
    { "data with expressions, nothing appended",
      "!{timestamp:yyyy}/", "e",
      "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "data beside an error prefix with the type",
      "d/", "f/!{firehose:error-output-type}",
      "UTC", 1783951445678, "",
      "d/2026/07/13/14/demo-1-2026-07-13-14-04-05" },
    { "only chance: no date", "a/!{firehose:random-string}/", "e", "UTC", 1783951445678, "",
      "a/***********/demo-1-2026-07-13-14-04-05" },
    { "chance alone", "!{firehose:random-string}", "e", "UTC", 1783951445678, "",
      "***********demo-1-2026-07-13-14-04-05" },
    { "chance twice, not the same",
      "!{firehose:random-string}/!{firehose:random-string}/", "e",
      "UTC", 1783951445678, "",
      "***********/***********/demo-1-2026-07-13-14-04-05" },
    { "chance and a date",
      "!{firehose:random-string}/!{timestamp:yyyy/MM/dd/}", "e",
      "UTC", 1783951445678, "",
      "***********/2026/07/13/demo-1-2026-07-13-14-04-05" },
    { "hive",
      "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/", "e",
      "UTC", 1783951445678, "",
      "year=2026/month=07/day=13/hour=14/demo-1-2026-07-13-14-04-05" },
    { "hive, in a zone",
      "dt=!{timestamp:yyyy-MM-dd}/h=!{timestamp:HH}/", "e",
      "America/Los_Angeles", 1767225597999, "",
      "dt=2025-12-31/h=15/demo-1-2025-12-31-15-59-57" },
    { "text in the pattern",
      "!{timestamp:'year='yyyy'/month='MM'/'}", "e",
      "UTC", 1783951445678, "",
      "year=2026/month=07/demo-1-2026-07-13-14-04-05" },
    { "a quote in the pattern", "!{timestamp:yyyy''MM}", "e", "UTC", 1783951445678, "",
      "2026'07demo-1-2026-07-13-14-04-05" },
    { "optional sections", "!{timestamp:yyyy[-MM[-dd]]}", "e", "UTC", 1783951445678, "",
      "2026-07-13demo-1-2026-07-13-14-04-05" },
    { "padded", "!{timestamp:ppppdd}/", "e", "UTC", 1783951445678, "",
      "  13/demo-1-2026-07-13-14-04-05" },
    { "one instant for all",
      "!{timestamp:ss.SSS}/!{timestamp:SSS.ss}/", "e",
      "UTC", 1783951445678, "",
      "05.678/678.05/demo-1-2026-07-13-14-04-05" },
    { "expressions side by side",
      "!{timestamp:yyyy}!{timestamp:MM}!{timestamp:dd}", "e",
      "UTC", 1783951445678, "",
      "20260713demo-1-2026-07-13-14-04-05" },
    { "an expression that ends without slash", "p-!{timestamp:HH}-", "e", "UTC", 1783951445678, "",
      "p-14-demo-1-2026-07-13-14-04-05" },
    { "letter G", "!{timestamp:G}/", "e", "UTC", 1783951445678, "",
      "AD/demo-1-2026-07-13-14-04-05" },
    { "letter GGGG", "!{timestamp:GGGG}/", "e", "UTC", 1783951445678, "",
      "Anno Domini/demo-1-2026-07-13-14-04-05" },
    { "letter GGGGG", "!{timestamp:GGGGG}/", "e", "UTC", 1783951445678, "",
      "A/demo-1-2026-07-13-14-04-05" },
    { "letter y", "!{timestamp:y}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter yy", "!{timestamp:yy}/", "e", "UTC", 1783951445678, "",
      "26/demo-1-2026-07-13-14-04-05" },
    { "letter yyy", "!{timestamp:yyy}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter yyyy", "!{timestamp:yyyy}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter yyyyy", "!{timestamp:yyyyy}/", "e", "UTC", 1783951445678, "",
      "02026/demo-1-2026-07-13-14-04-05" },
    { "letter u", "!{timestamp:u}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter uu", "!{timestamp:uu}/", "e", "UTC", 1783951445678, "",
      "26/demo-1-2026-07-13-14-04-05" },
    { "letter uuuu", "!{timestamp:uuuu}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter D", "!{timestamp:D}/", "e", "UTC", 1783951445678, "",
      "194/demo-1-2026-07-13-14-04-05" },
    { "letter DD", "!{timestamp:DD}/", "e", "UTC", 1783951445678, "",
      "194/demo-1-2026-07-13-14-04-05" },
    { "letter DDD", "!{timestamp:DDD}/", "e", "UTC", 1783951445678, "",
      "194/demo-1-2026-07-13-14-04-05" },
    { "letter M", "!{timestamp:M}/", "e", "UTC", 1783951445678, "",
      "7/demo-1-2026-07-13-14-04-05" },
    { "letter MM", "!{timestamp:MM}/", "e", "UTC", 1783951445678, "",
      "07/demo-1-2026-07-13-14-04-05" },
    { "letter MMM", "!{timestamp:MMM}/", "e", "UTC", 1783951445678, "",
      "Jul/demo-1-2026-07-13-14-04-05" },
    { "letter MMMM", "!{timestamp:MMMM}/", "e", "UTC", 1783951445678, "",
      "July/demo-1-2026-07-13-14-04-05" },
    { "letter MMMMM", "!{timestamp:MMMMM}/", "e", "UTC", 1783951445678, "",
      "J/demo-1-2026-07-13-14-04-05" },
    { "letter L", "!{timestamp:L}/", "e", "UTC", 1783951445678, "",
      "7/demo-1-2026-07-13-14-04-05" },
    { "letter LL", "!{timestamp:LL}/", "e", "UTC", 1783951445678, "",
      "07/demo-1-2026-07-13-14-04-05" },
    { "letter LLL", "!{timestamp:LLL}/", "e", "UTC", 1783951445678, "",
      "Jul/demo-1-2026-07-13-14-04-05" },
    { "letter LLLL", "!{timestamp:LLLL}/", "e", "UTC", 1783951445678, "",
      "July/demo-1-2026-07-13-14-04-05" },
    { "letter LLLLL", "!{timestamp:LLLLL}/", "e", "UTC", 1783951445678, "",
      "J/demo-1-2026-07-13-14-04-05" },
    { "letter d", "!{timestamp:d}/", "e", "UTC", 1783951445678, "",
      "13/demo-1-2026-07-13-14-04-05" },
    { "letter dd", "!{timestamp:dd}/", "e", "UTC", 1783951445678, "",
      "13/demo-1-2026-07-13-14-04-05" },
    { "letter Q", "!{timestamp:Q}/", "e", "UTC", 1783951445678, "",
      "3/demo-1-2026-07-13-14-04-05" },
    { "letter QQ", "!{timestamp:QQ}/", "e", "UTC", 1783951445678, "",
      "03/demo-1-2026-07-13-14-04-05" },
    { "letter QQQ", "!{timestamp:QQQ}/", "e", "UTC", 1783951445678, "",
      "Q3/demo-1-2026-07-13-14-04-05" },
    { "letter QQQQ", "!{timestamp:QQQQ}/", "e", "UTC", 1783951445678, "",
      "3rd quarter/demo-1-2026-07-13-14-04-05" },
    { "letter QQQQQ", "!{timestamp:QQQQQ}/", "e", "UTC", 1783951445678, "",
      "3/demo-1-2026-07-13-14-04-05" },
    { "letter q", "!{timestamp:q}/", "e", "UTC", 1783951445678, "",
      "3/demo-1-2026-07-13-14-04-05" },
    { "letter qq", "!{timestamp:qq}/", "e", "UTC", 1783951445678, "",
      "03/demo-1-2026-07-13-14-04-05" },
    { "letter qqq", "!{timestamp:qqq}/", "e", "UTC", 1783951445678, "",
      "Q3/demo-1-2026-07-13-14-04-05" },
    { "letter qqqq", "!{timestamp:qqqq}/", "e", "UTC", 1783951445678, "",
      "3rd quarter/demo-1-2026-07-13-14-04-05" },
    { "letter qqqqq", "!{timestamp:qqqqq}/", "e", "UTC", 1783951445678, "",
      "3/demo-1-2026-07-13-14-04-05" },
    { "letter Y", "!{timestamp:Y}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter YY", "!{timestamp:YY}/", "e", "UTC", 1783951445678, "",
      "26/demo-1-2026-07-13-14-04-05" },
    { "letter YYYY", "!{timestamp:YYYY}/", "e", "UTC", 1783951445678, "",
      "2026/demo-1-2026-07-13-14-04-05" },
    { "letter w", "!{timestamp:w}/", "e", "UTC", 1783951445678, "",
      "29/demo-1-2026-07-13-14-04-05" },
    { "letter ww", "!{timestamp:ww}/", "e", "UTC", 1783951445678, "",
      "29/demo-1-2026-07-13-14-04-05" },
    { "letter W", "!{timestamp:W}/", "e", "UTC", 1783951445678, "",
      "3/demo-1-2026-07-13-14-04-05" },
    { "letter E", "!{timestamp:E}/", "e", "UTC", 1783951445678, "",
      "Mon/demo-1-2026-07-13-14-04-05" },
    { "letter EE", "!{timestamp:EE}/", "e", "UTC", 1783951445678, "",
      "Mon/demo-1-2026-07-13-14-04-05" },
    { "letter EEE", "!{timestamp:EEE}/", "e", "UTC", 1783951445678, "",
      "Mon/demo-1-2026-07-13-14-04-05" },
    { "letter EEEE", "!{timestamp:EEEE}/", "e", "UTC", 1783951445678, "",
      "Monday/demo-1-2026-07-13-14-04-05" },
    { "letter EEEEE", "!{timestamp:EEEEE}/", "e", "UTC", 1783951445678, "",
      "M/demo-1-2026-07-13-14-04-05" },
    { "letter e", "!{timestamp:e}/", "e", "UTC", 1783951445678, "",
      "2/demo-1-2026-07-13-14-04-05" },
    { "letter ee", "!{timestamp:ee}/", "e", "UTC", 1783951445678, "",
      "02/demo-1-2026-07-13-14-04-05" },
    { "letter eee", "!{timestamp:eee}/", "e", "UTC", 1783951445678, "",
      "Mon/demo-1-2026-07-13-14-04-05" },
    { "letter eeee", "!{timestamp:eeee}/", "e", "UTC", 1783951445678, "",
      "Monday/demo-1-2026-07-13-14-04-05" },
    { "letter eeeee", "!{timestamp:eeeee}/", "e", "UTC", 1783951445678, "",
      "M/demo-1-2026-07-13-14-04-05" },
    { "letter c", "!{timestamp:c}/", "e", "UTC", 1783951445678, "",
      "2/demo-1-2026-07-13-14-04-05" },
    { "letter ccc", "!{timestamp:ccc}/", "e", "UTC", 1783951445678, "",
      "Mon/demo-1-2026-07-13-14-04-05" },
    { "letter cccc", "!{timestamp:cccc}/", "e", "UTC", 1783951445678, "",
      "Monday/demo-1-2026-07-13-14-04-05" },
    { "letter ccccc", "!{timestamp:ccccc}/", "e", "UTC", 1783951445678, "",
      "M/demo-1-2026-07-13-14-04-05" },
    { "letter F", "!{timestamp:F}/", "e", "UTC", 1783951445678, "",
      "6/demo-1-2026-07-13-14-04-05" },
    { "letter a", "!{timestamp:a}/", "e", "UTC", 1783951445678, "",
      "PM/demo-1-2026-07-13-14-04-05" },
    { "letter h", "!{timestamp:h}/", "e", "UTC", 1783951445678, "",
      "2/demo-1-2026-07-13-14-04-05" },
    { "letter hh", "!{timestamp:hh}/", "e", "UTC", 1783951445678, "",
      "02/demo-1-2026-07-13-14-04-05" },
    { "letter K", "!{timestamp:K}/", "e", "UTC", 1783951445678, "",
      "2/demo-1-2026-07-13-14-04-05" },
    { "letter KK", "!{timestamp:KK}/", "e", "UTC", 1783951445678, "",
      "02/demo-1-2026-07-13-14-04-05" },
    { "letter k", "!{timestamp:k}/", "e", "UTC", 1783951445678, "",
      "14/demo-1-2026-07-13-14-04-05" },
    { "letter kk", "!{timestamp:kk}/", "e", "UTC", 1783951445678, "",
      "14/demo-1-2026-07-13-14-04-05" },
    { "letter H", "!{timestamp:H}/", "e", "UTC", 1783951445678, "",
      "14/demo-1-2026-07-13-14-04-05" },
    { "letter HH", "!{timestamp:HH}/", "e", "UTC", 1783951445678, "",
      "14/demo-1-2026-07-13-14-04-05" },
    { "letter m", "!{timestamp:m}/", "e", "UTC", 1783951445678, "",
      "4/demo-1-2026-07-13-14-04-05" },
    { "letter mm", "!{timestamp:mm}/", "e", "UTC", 1783951445678, "",
      "04/demo-1-2026-07-13-14-04-05" },
    { "letter s", "!{timestamp:s}/", "e", "UTC", 1783951445678, "",
      "5/demo-1-2026-07-13-14-04-05" },
    { "letter ss", "!{timestamp:ss}/", "e", "UTC", 1783951445678, "",
      "05/demo-1-2026-07-13-14-04-05" },
    { "letter S", "!{timestamp:S}/", "e", "UTC", 1783951445678, "",
      "6/demo-1-2026-07-13-14-04-05" },
    { "letter SSS", "!{timestamp:SSS}/", "e", "UTC", 1783951445678, "",
      "678/demo-1-2026-07-13-14-04-05" },
    { "letter SSSSSSSSS", "!{timestamp:SSSSSSSSS}/", "e", "UTC", 1783951445678, "",
      "678000000/demo-1-2026-07-13-14-04-05" },
    { "letter A", "!{timestamp:A}/", "e", "UTC", 1783951445678, "",
      "50645678/demo-1-2026-07-13-14-04-05" },
    { "letter n", "!{timestamp:n}/", "e", "UTC", 1783951445678, "",
      "678000000/demo-1-2026-07-13-14-04-05" },
    { "letter N", "!{timestamp:N}/", "e", "UTC", 1783951445678, "",
      "50645678000000/demo-1-2026-07-13-14-04-05" },
    { "letter VV", "!{timestamp:VV}/", "e", "America/New_York", 1783951445678, "",
      "America/New_York/demo-1-2026-07-13-10-04-05" },
    { "letter z", "!{timestamp:z}/", "e", "America/New_York", 1783951445678, "",
      "EDT/demo-1-2026-07-13-10-04-05" },
    { "letter zzzz", "!{timestamp:zzzz}/", "e", "America/New_York", 1783951445678, "",
      "Eastern Daylight Time/demo-1-2026-07-13-10-04-05" },
    { "letter O", "!{timestamp:O}/", "e", "America/New_York", 1783951445678, "",
      "GMT-4/demo-1-2026-07-13-10-04-05" },
    { "letter OOOO", "!{timestamp:OOOO}/", "e", "America/New_York", 1783951445678, "",
      "GMT-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter X", "!{timestamp:X}/", "e", "America/New_York", 1783951445678, "",
      "-04/demo-1-2026-07-13-10-04-05" },
    { "letter XX", "!{timestamp:XX}/", "e", "America/New_York", 1783951445678, "",
      "-0400/demo-1-2026-07-13-10-04-05" },
    { "letter XXX", "!{timestamp:XXX}/", "e", "America/New_York", 1783951445678, "",
      "-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter XXXX", "!{timestamp:XXXX}/", "e", "America/New_York", 1783951445678, "",
      "-0400/demo-1-2026-07-13-10-04-05" },
    { "letter XXXXX", "!{timestamp:XXXXX}/", "e", "America/New_York", 1783951445678, "",
      "-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter x", "!{timestamp:x}/", "e", "America/New_York", 1783951445678, "",
      "-04/demo-1-2026-07-13-10-04-05" },
    { "letter xx", "!{timestamp:xx}/", "e", "America/New_York", 1783951445678, "",
      "-0400/demo-1-2026-07-13-10-04-05" },
    { "letter xxx", "!{timestamp:xxx}/", "e", "America/New_York", 1783951445678, "",
      "-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter xxxx", "!{timestamp:xxxx}/", "e", "America/New_York", 1783951445678, "",
      "-0400/demo-1-2026-07-13-10-04-05" },
    { "letter xxxxx", "!{timestamp:xxxxx}/", "e", "America/New_York", 1783951445678, "",
      "-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter Z", "!{timestamp:Z}/", "e", "America/New_York", 1783951445678, "",
      "-0400/demo-1-2026-07-13-10-04-05" },
    { "letter ZZZZ", "!{timestamp:ZZZZ}/", "e", "America/New_York", 1783951445678, "",
      "GMT-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter ZZZZZ", "!{timestamp:ZZZZZ}/", "e", "America/New_York", 1783951445678, "",
      "-04:00/demo-1-2026-07-13-10-04-05" },
    { "letter B", "!{timestamp:B}/", "e", "UTC", 1783951445678, "",
      "in the afternoon/demo-1-2026-07-13-14-04-05" },
    { "letter BBBB", "!{timestamp:BBBB}/", "e", "UTC", 1783951445678, "",
      "in the afternoon/demo-1-2026-07-13-14-04-05" },
    { "letter g", "!{timestamp:g}/", "e", "UTC", 1783951445678, "",
      "61234/demo-1-2026-07-13-14-04-05" },
    { "letter v", "!{timestamp:v}/", "e", "America/New_York", 1783951445678, "",
      "ET/demo-1-2026-07-13-10-04-05" },
    { "letter vvvv", "!{timestamp:vvvv}/", "e", "America/New_York", 1783951445678, "",
      "Eastern Time/demo-1-2026-07-13-10-04-05" },
    { "letter VV in UTC", "!{timestamp:VV}/", "e", "UTC", 1783951445678, "",
      "UTC/demo-1-2026-07-13-14-04-05" },
    { "letter z in UTC", "!{timestamp:z}/", "e", "UTC", 1783951445678, "",
      "UTC/demo-1-2026-07-13-14-04-05" },
    { "letter zzzz in UTC", "!{timestamp:zzzz}/", "e", "UTC", 1783951445678, "",
      "Coordinated Universal Time/demo-1-2026-07-13-14-04-05" },
    { "letter X in UTC", "!{timestamp:X}/", "e", "UTC", 1783951445678, "",
      "Z/demo-1-2026-07-13-14-04-05" },
    { "letter O in UTC", "!{timestamp:O}/", "e", "UTC", 1783951445678, "",
      "GMT/demo-1-2026-07-13-14-04-05" },
    { "letter Z in UTC", "!{timestamp:Z}/", "e", "UTC", 1783951445678, "",
      "+0000/demo-1-2026-07-13-14-04-05" },
};

#define UUID "0b9f3f2c-2f0e-4a57-9a38-0c9f5c6d3a11"

static bool matches(const char *pattern, const char *key, size_t len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t i = 0; i < len; i++) {
        if (pattern[i] != '*' ? pattern[i] != key[i] : memchr(alphabet, key[i], 62) == NULL) {
            return false;
        }
    }
    return pattern[len] == '\0';
}

static struct hy_naming *read_naming(const struct key_case *row)
{
    struct hy_naming *naming;
    struct hy_err err;
    assert_int_equal(hy_naming_create(hy_sv_of(row->prefix), hy_sv_of(row->error_prefix),
                                      hy_sv_of(row->zone), &naming, &err), HY_OK);
    return naming;
}

/* The whole key, without what follows the name's time. */
static size_t write_key(const struct key_case *row, const struct hy_naming *naming,
                        struct hy_random *random, char key[HY_OBJECT_KEY_MAX + 1])
{
    const struct hy_prefix_inputs inputs = {
        .naming = naming,
        .error_type = hy_sv_of(row->error_type),
        .instant_ms = row->ms,
        .random = random,
    };
    struct hy_buf prefix;
    size_t len;
    hy_buf_init(&prefix, 1024);
    assert_int_equal(hy_prefix_evaluate(&inputs, &prefix), HY_OK);
    const struct hy_object_name name = {
        .prefix = hy_buf_sv(&prefix),
        .stream = HY_SV("demo"),
        .version = HY_SV("1"),
        .oldest_ms = row->ms,
        .zone = naming->zone,
        .uuid = HY_SV(UUID),
        .extension = HY_SV(".gz"),
    };
    assert_int_equal(hy_object_name_write(&name, key, &len), HY_OK);
    hy_buf_finish(&prefix);
    assert_string_equal(key + len - strlen("-" UUID ".gz"), "-" UUID ".gz");
    return len - strlen("-" UUID ".gz");
}

static void test_keys(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(1);
    for (size_t i = 0; i < ROWS(cases); i++) {
        char key[HY_OBJECT_KEY_MAX + 1];
        struct hy_naming *naming = read_naming(&cases[i]);
        const size_t len = write_key(&cases[i], naming, &random, key);
        if (!matches(cases[i].key, key, len)) {
            fail_msg("%s: got %.*s", cases[i].rule, (int)len, key);
        }
        hy_naming_destroy(naming);
    }
}

static void test_random_strings_are_new_and_repeatable(void **state)
{
    (void)state;
    const struct key_case row = { .prefix = "!{firehose:random-string}/!{firehose:random-string}",
                                  .error_prefix = "e", .zone = "UTC" };
    struct hy_naming *naming = read_naming(&row);
    char first[HY_OBJECT_KEY_MAX + 1], second[HY_OBJECT_KEY_MAX + 1];
    struct hy_random random = hy_random_from_seed(5);
    (void)write_key(&row, naming, &random, first);
    assert_memory_not_equal(first, first + 12, 11);
    (void)write_key(&row, naming, &random, second);
    assert_memory_not_equal(first, second, 11);
    random = hy_random_from_seed(5);
    (void)write_key(&row, naming, &random, second);
    assert_string_equal(first, second);
    hy_naming_destroy(naming);
}

/* ---- what dynamic partitioning will bring ---- */

static bool find_key(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    (void)ctx;
    if (!hy_sv_equal(name, HY_SV("id"))) {
        return false;
    }
    *value = source == HY_PIECE_QUERY_KEY ? HY_SV("q") : HY_SV("lam/bda");
    return true;
}

static void test_partition_keys(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        enum hy_code code;
        const char *value;
    } rows[] = {
        { "a=!{partitionKeyFromQuery:id}/b=!{partitionKeyFromLambda:id}/", HY_OK,
          "a=q/b=lam/bda/" },
        { "!{partitionKeyFromQuery:id}!{timestamp:yyyy}", HY_OK, "q1970" },
        { "a/!{partitionKeyFromQuery:other}/", HY_NOT_FOUND, "a/" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct key_case row = { .prefix = rows[i].prefix, .error_prefix = "e",
                                      .zone = "UTC" };
        struct hy_naming *naming = read_naming(&row);
        struct hy_prefix_inputs inputs = { .naming = naming, .key = find_key };
        struct hy_buf out;
        hy_buf_init(&out, 100);
        assert_int_equal(hy_prefix_evaluate(&inputs, &out), rows[i].code);
        assert_true(hy_sv_equal(hy_buf_sv(&out), hy_sv_of(rows[i].value)));
        hy_buf_clear(&out);
        inputs.key = NULL;
        assert_int_equal(hy_prefix_evaluate(&inputs, &out), HY_NOT_FOUND);
        hy_buf_finish(&out);
        hy_naming_destroy(naming);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_random_strings_are_new_and_repeatable),
        cmocka_unit_test(test_partition_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
