/* xml.h - XML text into a hy_buf: escaping, and a JSON answer as the elements of a query answer.
 *
 *   {"A":[{"B":1},{"B":"<"}],"C":true}
 *   <A><member><B>1</B></member><member><B>&lt;</B></member></A><C>true</C>
 *
 * A member that is null is left out. XML cannot carry most control characters: each becomes
 * U+FFFD.
 */
#ifndef HY_WIRE_XML_H
#define HY_WIRE_XML_H

#include "base/buf.h"

void hy_xml_text(struct hy_buf *out, hy_sv text);
void hy_xml_element(struct hy_buf *out, hy_sv name, hy_sv text);

/* `json` is an object of ours. A number in a member that `timestamps` names (blanks between and
 * around: " Timestamp CreationTime ") is in seconds since 1970 and becomes an ISO 8601 text, also
 * when it is an element of a list there. False: it is not JSON, or the buffer has failed. */
HY_MUST_CHECK
bool hy_xml_of_json(struct hy_buf *out, hy_sv json, const char *timestamps);

/* Is `name` one of the words of " a b c "? */
bool hy_xml_is_word(const char *words, hy_sv name);

#endif
